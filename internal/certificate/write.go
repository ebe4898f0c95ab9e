package certificate

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

func writeKey(file string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("write a private key: %w", err)
	}
	return write(file, &pem.Block{Type: "PRIVATE KEY", Bytes: der}, 0o600)
}

func writeCertificate(file string, cert *x509.Certificate) error {
	return write(file, &pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}, 0o644)
}

// write replaces a file at once: nobody reads half of it, and a power cut
// leaves the former or the new one.
func write(file string, block *pem.Block, mode os.FileMode) error {
	fresh, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*") // with mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	err = errors.Join(pem.Encode(fresh, block), fresh.Chmod(mode), fresh.Sync(), fresh.Close())
	if err == nil {
		err = os.Rename(fresh.Name(), file)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", file, err), os.Remove(fresh.Name()))
	}
	return nil
}
