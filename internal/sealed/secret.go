// Package sealed owns secrets: as text that only one method reveals, and as
// AES-256-GCM ciphertext for the database. Neither type
// prints itself: fmt, slog and JSON all give dots.
package sealed

import (
	"crypto/rand"
	"database/sql/driver"
	"fmt"
	"log/slog"
)

const dots = "••••"

// Plain is a secret in memory.
type Plain struct{ text string }

// NewPlain takes a secret's text into custody.
func NewPlain(text string) Plain { return Plain{text: text} }

// Reveal gives the text. Only what signs, hashes or shows the secret once
// calls it.
func (p Plain) Reveal() string { return p.text }

// Empty tells whether there is no secret at all.
func (p Plain) Empty() bool { return p.text == "" }

// String, GoString, LogValue and MarshalText hide the secret from fmt, slog
// and JSON.
func (p Plain) String() string { return dots }

// GoString hides the secret from %#v.
func (p Plain) GoString() string { return dots }

// LogValue hides the secret from slog.
func (p Plain) LogValue() slog.Value { return slog.StringValue(dots) }

// MarshalText hides the secret from JSON and XML.
func (p Plain) MarshalText() ([]byte, error) { return []byte(dots), nil }

// Secret is a sealed secret: nonce and ciphertext. It is what models hold.
type Secret struct{ box []byte }

// Seal encrypts plain. Open must name the same context, so that a row's secret
// cannot be put in another row's place.
func (k *Key) Seal(plain Plain, context string) (Secret, error) {
	nonce := make([]byte, k.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return Secret{}, fmt.Errorf("draw nonce: %w", err)
	}
	return Secret{box: k.aead.Seal(nonce, nonce, []byte(plain.text), []byte(context))}, nil
}

// Open decrypts a secret that was sealed with the same context. It returns
// ErrOpen when key, context or bytes are not the ones it was sealed with.
func (k *Key) Open(secret Secret, context string) (Plain, error) {
	size := k.aead.NonceSize()
	if len(secret.box) < size {
		return Plain{}, ErrOpen
	}
	text, err := k.aead.Open(nil, secret.box[:size], secret.box[size:], []byte(context))
	if err != nil {
		return Plain{}, ErrOpen
	}
	return Plain{text: string(text)}, nil
}

// String hides even the ciphertext.
func (s Secret) String() string { return dots }

// GoString hides the ciphertext from %#v.
func (s Secret) GoString() string { return dots }

// LogValue hides the ciphertext from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(dots) }

// MarshalText hides the ciphertext from JSON and XML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(dots), nil }

// GormDataType names the column type: bytes.
func (Secret) GormDataType() string { return "bytes" }

// Value gives the database the ciphertext.
func (s Secret) Value() (driver.Value, error) { return s.box, nil }

// Scan takes the ciphertext from the database.
func (s *Secret) Scan(from any) error {
	switch box := from.(type) {
	case nil:
		s.box = nil
	case []byte:
		s.box = append([]byte(nil), box...)
	default:
		return fmt.Errorf("a sealed secret is bytes, not %T", from)
	}
	return nil
}
