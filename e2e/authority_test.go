package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// authority signs the certificate of an installation that speaks TLS. Nobody trusts it but who is told to.
type authority struct {
	file      string // its own certificate, PEM: what clients are given
	cert, key string // the server's chain and key
	pool      *x509.CertPool
}

// newAuthority makes an authority, and a certificate of it for the loopback address.
func newAuthority(t *testing.T) *authority {
	t.Helper()
	root, rootKey := signed(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "An authority for tests"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	leaf, leafKey := signed(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "127.0.0.1"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, root, rootKey)
	private, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	a := &authority{
		file: filepath.Join(dir, "ca.pem"), cert: filepath.Join(dir, "chain.pem"), key: filepath.Join(dir, "key.pem"), pool: x509.NewCertPool(),
	}
	a.pool.AddCert(root)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})
	for path, text := range map[string][]byte{
		a.file: ca, a.cert: append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw}), ca...),
		a.key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// signed makes a certificate with a key of its own, signed by a parent or by itself.
func signed(t *testing.T, template, parent *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	if parent == nil {
		parent, by = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made, key
}

// transport trusts the authority, and is the usual one where there is none.
func (a *authority) transport() http.RoundTripper {
	if a == nil {
		return http.DefaultTransport
	}
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.pool, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}
}

// env tells a client about the authority. rclone fails where AWS_CA_BUNDLE is set, and like every program in Go reads the other one.
func (a *authority) env(program string) []string {
	if a == nil {
		return nil
	}
	env := []string{"SSL_CERT_FILE=" + a.file, "CURL_CA_BUNDLE=" + a.file}
	if program != "rclone" {
		env = append(env, "AWS_CA_BUNDLE="+a.file)
	}
	return env
}
