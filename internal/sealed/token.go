package sealed

import "encoding/base64"

// Token gives the ciphertext as text for a form that comes back, in the alphabet of URLs.
func (s Secret) Token() string { return base64.RawURLEncoding.EncodeToString(s.box) }

// FromToken reads what Token gave. It returns ErrOpen for any other text; whether the ciphertext is genuine, Open tells.
func FromToken(token string) (Secret, error) {
	box, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return Secret{}, ErrOpen
	}
	return Secret{box: box}, nil
}
