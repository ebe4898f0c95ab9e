package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seaportal/internal/app"
	"seaportal/internal/config"
	"seaportal/internal/testkit"
)

// certificate makes a certificate for a public name, which no client on this
// machine could look up, signed by itself.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sea.example"}, DNSNames: []string{"sea.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// The portal reaches its own S3 endpoint by TLS: a start makes buckets there.
func TestBothListenersSpeakTLS(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	p := testkit.Start(t, func(c *config.Config, _ *app.Options) {
		c.TLSCert, c.TLSKey, c.S3URL = cert, key, "https://sea.example:9000/"
	})
	if !strings.HasPrefix(p.URL, "https://127.0.0.1:") || !strings.Contains(p.Output, "S3 endpoint  https://sea.example:9000\n") {
		t.Errorf("it listens on %s and prints %s", p.URL, p.Output)
	}
	if endpoint := p.Env(t)["AWS_ENDPOINT_URL"]; !strings.HasPrefix(endpoint, "https://127.0.0.1:") {
		t.Errorf("the operator's endpoint is %s", endpoint)
	}
	if err := app.Health(t.Context(), p.Config); err != nil {
		t.Error(err)
	}
}
