package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seaportal/internal/app"
	"seaportal/internal/config"
	"seaportal/internal/testkit"
)

// certify writes a certificate for a public name, which no client on this
// machine could look up, signed by itself.
func certify(t *testing.T, dir, name string, life time.Duration) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(life), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		os.WriteFile(filepath.Join(dir, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	if err != nil {
		t.Fatal(err)
	}
}

// presented is the name on the certificate that a listener presents.
func presented(t *testing.T, at string) string {
	t.Helper()
	to, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	conn, err := dialer.DialContext(t.Context(), "tcp", to.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	secure, ok := conn.(*tls.Conn)
	if !ok {
		t.Fatalf("%T is no TLS", conn)
	}
	return secure.ConnectionState().PeerCertificates[0].Subject.CommonName
}

const twoMonths = 60 * 24 * time.Hour

// The portal reaches its own S3 endpoint by TLS: a start makes buckets there,
// and enabling a unit goes on after the certificate changed.
func TestBothListenersSpeakTLSAndTakeARenewalOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certify(t, dir, "sea.example", twoMonths)
	p := testkit.Start(t, func(c *config.Config, _ *app.Options) {
		c.TLS.Cert, c.TLS.Key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
		c.S3PublicURL = "https://sea.example:9000/"
	})
	if !strings.HasPrefix(p.URL, "https://127.0.0.1:") || !strings.Contains(p.Output, "S3 endpoint  https://sea.example:9000\n") {
		t.Errorf("it listens on %s and prints %s", p.URL, p.Output)
	}
	endpoint := p.Env(t)["AWS_ENDPOINT_URL"]
	if !strings.HasPrefix(endpoint, "https://127.0.0.1:") {
		t.Errorf("the operator's endpoint is %s", endpoint)
	}
	if err := app.Health(t.Context(), p.Config); err != nil {
		t.Error(err)
	}
	for _, renewed := range []string{"one.example", "two.example"} {
		certify(t, dir, renewed, 7*24*time.Hour)
		p.ReloadCertificates()
		testkit.Await(t, "the new certificate", func() bool { return presented(t, p.URL) == renewed })
		if got := presented(t, endpoint); got != renewed {
			t.Errorf("the S3 endpoint presents %s", got)
		}
	}
	by := p.Administrator(t)
	p.Unit(t, by, "north")
	showsTrouble(t, by, "CN=two.example", "6 days left", "Renew the files of --tls-cert")
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p.ReloadCertificates()
	testkit.Await(t, "the trouble is measured", func() bool {
		return strings.Contains(by.Get(t, "/metrics").Body, `seaportal_certificate_renewal_failing{name="two.example"} 1`)
	})
	showsTrouble(t, by, "CN=two.example", "A newer one was not taken", "are no pair")
}

func showsTrouble(t *testing.T, by *testkit.Person, wanted ...string) {
	t.Helper()
	page := by.Get(t, "/system").Page(t).Find("main").Text()
	for _, want := range append(wanted, "Look at this") {
		if !strings.Contains(page, want) {
			t.Errorf("the System page does not say %q: %s", want, page)
		}
	}
}

func TestStrictTransportIsForThosePeopleReachByTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certify(t, dir, "sea.example", twoMonths)
	plain := testkit.Start(t)
	for _, test := range []struct {
		name   string
		change func(*config.Config)
		strict string
		cookie bool
	}{
		{"plain HTTP", func(*config.Config) {}, "", false},
		{"a proxy that speaks TLS", func(c *config.Config) { c.PublicURL = "https://sea.example" }, "max-age=63072000", true},
		{"a local authority", func(c *config.Config) { c.PublicURL, c.TLS.Auto = "", t.TempDir() }, "", true},
		{"a certificate", func(c *config.Config) {
			c.TLS.Auto, c.TLS.Cert, c.TLS.Key = "", filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
		}, "max-age=63072000", true},
	} {
		plain.Restart(t, func(c *config.Config, _ *app.Options) { test.change(c) })
		answer := plain.Stranger(t).Post(t, "/sign-in", url.Values{"email": {testkit.ViewerEmail}, "password": {testkit.Password}})
		if got := answer.Header.Get("Strict-Transport-Security"); got != test.strict {
			t.Errorf("%s: Strict-Transport-Security is %q", test.name, got)
		}
		if got := strings.Contains(answer.Header.Get("Set-Cookie"), "; Secure"); got != test.cookie {
			t.Errorf("%s: the cookie is %s", test.name, answer.Header.Get("Set-Cookie"))
		}
	}
}
