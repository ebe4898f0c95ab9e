package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func openLocal(t *testing.T, dir string, names Names) (*Source, error) {
	t.Helper()
	return Local(dir, names, slog.New(slog.DiscardHandler))
}

func mustOpen(t *testing.T, dir string, names Names) *Source {
	t.Helper()
	s, err := openLocal(t, dir, names)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func leafOf(t *testing.T, s *Source) *x509.Certificate {
	t.Helper()
	c, err := s.certificate(&tls.ClientHelloInfo{})
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf
}

func authorityOf(t *testing.T, s *Source) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile(s.Authority())
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

var trial = Names{Needed: []string{"sea.example", "192.0.2.9"}, Host: "Box.lan"}

func TestTheLocalAuthorityCertifiesWhatClientsCall(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "tls")
	s := mustOpen(t, dir, trial)
	roots := x509.NewCertPool()
	roots.AddCert(authorityOf(t, s))
	leaf := leafOf(t, s)
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "box.lan", "sea.example", "192.0.2.9"} {
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life > 398*day {
		t.Errorf("browsers refuse a life of %s", life)
	}
	if life := time.Until(authorityOf(t, s).NotAfter); life < 9*365*day {
		t.Errorf("the authority lives for %s only", life)
	}
	for file, mode := range map[string]os.FileMode{
		"": 0o700, "ca.pem": 0o644, "ca-key.pem": 0o600, "server.pem": 0o644, "server-key.pem": 0o600,
	} {
		if info, err := os.Stat(filepath.Join(dir, file)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%q: %v %v", file, info.Mode().Perm(), err)
		}
	}
}

// Whoever steals the authority's key cannot pretend to be any other host.
func TestTheLocalAuthorityIsBoundToItsNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, trial)
	stolen, err := openAuthority(dir, Names{})
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(authorityOf(t, s))
	for _, name := range []string{"bank.example", "198.51.100.1"} {
		forged := &local{pair: newPair(filepath.Join(dir, "f.pem"), filepath.Join(dir, "f-key.pem"), slog.New(slog.DiscardHandler)), authority: stolen, names: []string{name}}
		if err := forged.issue(); err != nil {
			t.Fatal(err)
		}
		if err := forged.load(); err != nil {
			t.Fatal(err)
		}
		if _, err := forged.presented.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name}); err == nil {
			t.Errorf("clients take it for %s", name)
		}
	}
}

func TestAnotherStartChangesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := mustOpen(t, dir, trial)
	second := mustOpen(t, dir, trial)
	if !leafOf(t, first).Equal(leafOf(t, second)) || !authorityOf(t, first).Equal(authorityOf(t, second)) {
		t.Error("it made new certificates")
	}
}

func TestNamesMayChangeWithinWhatTheAuthorityMayCertify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := mustOpen(t, dir, trial)
	authority := authorityOf(t, first)
	fewer := mustOpen(t, dir, Names{Needed: []string{"s3.sea.example"}, Host: "elsewhere"})
	if leafOf(t, fewer).VerifyHostname("s3.sea.example") != nil || !authorityOf(t, fewer).Equal(authority) {
		t.Error("a new name below an old one needs no new authority")
	}
	if leafOf(t, fewer).VerifyHostname("elsewhere") == nil {
		t.Error("the new name of the machine is certified, though no client could take it")
	}
	_, err := openLocal(t, dir, Names{Needed: []string{"other.example"}})
	if err == nil || !strings.Contains(err.Error(), "may not certify other.example: delete ca.pem") {
		t.Errorf("a name that the authority may not certify: %v", err)
	}
	if err := os.Remove(first.Authority()); err != nil {
		t.Fatal(err)
	}
	anew := mustOpen(t, dir, Names{Needed: []string{"other.example"}})
	if leafOf(t, anew).VerifyHostname("other.example") != nil || authorityOf(t, anew).Equal(authority) {
		t.Error("the new authority does not certify the new name")
	}
}

func TestFilesThatACrashLeftAreMadeAgain(t *testing.T) {
	t.Parallel()
	for _, broken := range []string{"server.pem", "server-key.pem"} {
		dir := t.TempDir()
		authority := authorityOf(t, mustOpen(t, dir, trial))
		if err := os.WriteFile(filepath.Join(dir, broken), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		again := mustOpen(t, dir, trial)
		if leafOf(t, again).VerifyHostname("sea.example") != nil || !authorityOf(t, again).Equal(authority) {
			t.Errorf("after %s was cut off", broken)
		}
	}
}

func TestTheServerCertificateIsRenewedInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := mustOpen(t, t.TempDir(), trial)
		first, authority := leafOf(t, s), authorityOf(t, s)
		run(t, s)
		<-time.After(serverLife - renewBefore - day)
		if !leafOf(t, s).Equal(first) {
			t.Error("it was renewed too early")
		}
		<-time.After(2 * day)
		renewed := leafOf(t, s)
		if renewed.Equal(first) || time.Until(renewed.NotAfter) < serverLife-2*day {
			t.Errorf("it ends on %s still", renewed.NotAfter)
		}
		if err := renewed.CheckSignatureFrom(authority); err != nil {
			t.Errorf("clients have to trust another authority: %v", err)
		}
		if status := s.Status()[0]; !status.Renewed || status.Problem != "" || status.Name != "sea.example" {
			t.Errorf("the status is %+v", status)
		}
	})
}
