package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	keySize = 32 // bytes: AES-256
	keyFile = "master.key"
)

// ErrOpen says that a sealed secret could not be opened: another master key,
// another context, or changed bytes.
var ErrOpen = errors.New("a sealed secret cannot be opened with this master key")

// Key is the master key: it seals and opens. The zero value is of no use; get
// one from LoadKey or NewKey.
type Key struct {
	aead   cipher.AEAD
	master []byte
}

// NewKey makes the master key from 32 bytes.
func NewKey(raw []byte) (*Key, error) {
	if len(raw) != keySize {
		return nil, fmt.Errorf("a master key has %d bytes, this one has %d", keySize, len(raw))
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make GCM: %w", err)
	}
	return &Key{aead: aead, master: append([]byte(nil), raw...)}, nil
}

// LoadKey gives the master key: from encoded (base64 of 32 bytes, the value of
// SEA_MASTER_KEY) when it is not empty, else from the file master.key in dir,
// which it makes with mode 0600 the first time. The new file is on disk before
// LoadKey returns.
func LoadKey(dir, encoded string) (*Key, error) {
	if encoded != "" {
		return decodeKey(encoded, "SEA_MASTER_KEY")
	}
	path := filepath.Join(dir, keyFile)
	text, err := os.ReadFile(path) //nolint:gosec // the data directory is the operator's own choice
	if errors.Is(err, fs.ErrNotExist) {
		return createKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	return decodeKey(string(text), path)
}

func decodeKey(text, from string) (*Key, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(raw) != keySize {
		return nil, fmt.Errorf("%s is not the base64 text of %d bytes", from, keySize)
	}
	return NewKey(raw)
}

func createKey(path string) (*Key, error) {
	raw := make([]byte, keySize)
	if _, err := rand.Read(raw); err != nil {
		return nil, fmt.Errorf("draw master key: %w", err)
	}
	if err := writeDurably(path, []byte(base64.StdEncoding.EncodeToString(raw)+"\n")); err != nil {
		return nil, fmt.Errorf("write master key: %w", err)
	}
	return NewKey(raw)
}

// writeDurably writes a new file so that it is there whole or not at all, even
// after a power cut: losing the master key would lose every sealed secret.
func writeDurably(path string, text []byte) error {
	dir := filepath.Dir(path)
	file, err := os.CreateTemp(dir, keyFile+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.Write(text)
	err = errors.Join(err, file.Chmod(0o600), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(dir) //nolint:gosec // as above
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Derive gives size bytes for one purpose, by HKDF-SHA256 (RFC 5869) from the
// master key; the same purpose always gives the same bytes. Cookie keys come
// from here, so that sessions survive a restart without a second secret.
func (k *Key) Derive(purpose string, size int) ([]byte, error) {
	out, err := hkdf.Key(sha256.New, k.master, nil, purpose, size)
	if err != nil {
		return nil, fmt.Errorf("derive key for %s: %w", purpose, err)
	}
	return out, nil
}
