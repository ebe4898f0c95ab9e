package manifest

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"

	"github.com/go-jose/go-jose/v4"
)

// ErrSignature says that a manifest is not what the portal signed: it was
// changed, cut short, or signed by somebody else.
var ErrSignature = errors.New("the manifest is not what was signed")

// ErrNoKey says that there is nothing to tell the portal's signature from
// anybody's by.
var ErrNoKey = errors.New("no key is given, so anybody could have signed the manifest: fetch the portal's from its /.well-known/sea-manifest-key")

// longestSignature bounds the last line, in bytes.
const longestSignature = 8 << 10

var signatureLine = regexp.MustCompile(`^"signature":"([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)"}\n$`)

// authentic is what a signature that holds says.
type authentic struct {
	keyID  string
	known  bool // the key is one of those that were given
	length int64
	sum    []byte // SHA-256 of the signed bytes
}

// authenticate checks a manifest's signature over every byte before its last
// line. Without keys it uses the one in the signature itself, which shows that
// nothing was changed since somebody signed it, not who that was.
func authenticate(f *os.File, keys []byte) (authentic, error) {
	text, length, err := lastLine(f)
	if err != nil {
		return authentic{}, err
	}
	payload, a, err := verified(text, keys)
	if err != nil {
		return a, err
	}
	var claimed claim
	if err := json.Unmarshal(payload, &claimed); err != nil {
		return a, fmt.Errorf("%w: its signature is of something else", ErrSignature)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, length)); err != nil {
		return a, fmt.Errorf("read manifest: %w", err)
	}
	a.length, a.sum = length, sum.Sum(nil)
	if claimed.Length != length || claimed.SHA256 != hex.EncodeToString(a.sum) {
		return a, fmt.Errorf("%w: its text was changed", ErrSignature)
	}
	return a, nil
}

// lastLine gives the signature on the last line, and where that line begins.
func lastLine(f *os.File) (signature string, begin int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return "", 0, fmt.Errorf("look at manifest: %w", err)
	}
	end := make([]byte, min(info.Size(), longestSignature))
	from := info.Size() - int64(len(end))
	if _, err := f.ReadAt(end, from); err != nil && !errors.Is(err, io.EOF) {
		return "", 0, fmt.Errorf("read manifest: %w", err)
	}
	at := bytes.LastIndexByte(bytes.TrimSuffix(end, []byte("\n")), '\n') + 1
	found := signatureLine.FindSubmatch(end[at:])
	if at == 0 || found == nil {
		return "", 0, fmt.Errorf("%w: it does not end in a signature, as if it was cut short", ErrSignature)
	}
	return string(found[1]), from + int64(at), nil
}

// verified gives what a signature signs, if it holds.
func verified(text string, keys []byte) ([]byte, authentic, error) {
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return nil, authentic{}, fmt.Errorf("%w: its signature cannot be read", ErrSignature)
	}
	// Base64 has bits that a reader passes over: only one spelling is taken.
	if canonical, err := signed.CompactSerialize(); err != nil || canonical != text {
		return nil, authentic{}, fmt.Errorf("%w: its signature cannot be read", ErrSignature)
	}
	header := signed.Signatures[0].Protected
	if header.ExtraHeaders[jose.HeaderType] != signatureType {
		return nil, authentic{}, fmt.Errorf("%w: its signature is of something else", ErrSignature)
	}
	own := header.JSONWebKey
	if own == nil {
		return nil, authentic{}, fmt.Errorf("%w: its signature names no key", ErrSignature)
	}
	id, ok := idOf(*own)
	if !ok {
		return nil, authentic{}, fmt.Errorf("%w: its signature's key is none of Ed25519", ErrSignature)
	}
	a := authentic{keyID: id, known: len(keys) > 0}
	if a.known {
		if err := among(id, keys); err != nil {
			return nil, a, err
		}
	}
	payload, err := signed.Verify(own)
	if err != nil {
		return nil, a, fmt.Errorf("%w: its signature does not hold", ErrSignature)
	}
	return payload, a, nil
}

// idOf computes a key's id from the key itself: what it calls itself counts for
// nothing.
func idOf(key jose.JSONWebKey) (string, bool) {
	public, ok := key.Key.(ed25519.PublicKey)
	if !ok || !key.IsPublic() {
		return "", false
	}
	sum, err := (&jose.JSONWebKey{Key: public}).Thumbprint(crypto.SHA256)
	return base64.RawURLEncoding.EncodeToString(sum), err == nil
}

// among fails unless a key is one of a JWK set, or the one JWK. Keys that are
// not of Ed25519 are passed over.
func among(id string, text []byte) error {
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(text, &set); err != nil || len(set.Keys) == 0 {
		var one jose.JSONWebKey
		if err := json.Unmarshal(text, &one); err != nil {
			return errors.New("the key is no JWK and no set of them: fetch it from the portal's /.well-known/sea-manifest-key")
		}
		set.Keys = []jose.JSONWebKey{one}
	}
	for _, key := range set.Keys {
		if known, ok := idOf(key); ok && known == id {
			return nil
		}
	}
	return fmt.Errorf("%w by a key that was given: it names the key %s", ErrSignature, id)
}
