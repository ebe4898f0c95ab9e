package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
)

// KeySize is the size of a key in bytes: AES-256.
const KeySize = 32

// ErrOpen says that a sealed secret could not be opened: another key, another
// context, or changed bytes.
var ErrOpen = errors.New("a sealed secret cannot be opened with this key")

// Key seals and opens. The zero value is of no use; get one from NewKey. The
// keys of what is in the database are internal/keyring's.
type Key struct {
	aead cipher.AEAD
	raw  []byte
}

// NewKey makes a key from 32 bytes.
func NewKey(raw []byte) (*Key, error) {
	if len(raw) != KeySize {
		return nil, fmt.Errorf("a key has %d bytes, this one has %d", KeySize, len(raw))
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make GCM: %w", err)
	}
	return &Key{aead: aead, raw: append([]byte(nil), raw...)}, nil
}

// Derive gives size bytes for one purpose, by HKDF-SHA256 (RFC 5869); the same
// purpose always gives the same bytes.
func (k *Key) Derive(purpose string, size int) ([]byte, error) {
	out, err := hkdf.Key(sha256.New, k.raw, nil, purpose, size)
	if err != nil {
		return nil, fmt.Errorf("derive key for %s: %w", purpose, err)
	}
	return out, nil
}
