package sealed

import (
	"crypto/sha256"
	"encoding/hex"
)

// Digest is what is kept of a random token that only its holder may know: of a
// session, a link, a form. Tokens are long enough that no salt or slow hash is
// needed; for what people choose, such as a password, it is the wrong function.
func Digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
