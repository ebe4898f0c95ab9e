package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
)

// nobody is a port that nobody listens on.
const nobody = 1

func listenLocally(t *testing.T) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

func portOf(t *testing.T, listener net.Listener) int {
	t.Helper()
	at, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatalf("%s is no TCP address", listener.Addr())
	}
	return at.Port
}

// resolver answers that every name is this machine's.
func resolver(t *testing.T) string {
	t.Helper()
	listener := listenLocally(t)
	server := &dns.Server{Listener: listener, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, asked *dns.Msg) {
		answer := new(dns.Msg)
		answer.SetReply(asked)
		for _, question := range asked.Question {
			if question.Qtype == dns.TypeA {
				answer.Answer = append(answer.Answer, &dns.A{
					Hdr: dns.RR_Header{Name: question.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.IPv4(127, 0, 0, 1),
				})
			}
		}
		_ = w.WriteMsg(answer) // who asked asks again
	})}
	go func() { _ = server.ActivateAndServe() }()
	return listener.Addr().String()
}

// authorityOnTheNet is a real ACME server, which proves control of names at
// these ports of this machine.
type authorityOnTheNet struct {
	directory, trust string
	roots            *x509.CertPool
	server           *httptest.Server
}

func startAuthority(t *testing.T, httpPort, tlsPort int) authorityOnTheNet {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	quiet, memory := log.New(io.Discard, "", 0), db.NewMemoryStore()
	authority := ca.New(quiet, memory, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {}})
	prover := va.New(quiet, httpPort, tlsPort, true, resolver(t), memory)
	front := wfe.New(quiet, memory, prover, authority, []string{"ca.example"}, true, false, 1, 1)
	server := httptest.NewTLSServer(front.Handler())
	t.Cleanup(server.Close)
	trust := filepath.Join(t.TempDir(), "directory.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(trust, text, 0o600); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority.GetRootCert(0).PEM())
	return authorityOnTheNet{directory: server.URL + wfe.DirectoryPath, trust: trust, roots: roots, server: server}
}

// serve shakes hands with whoever connects.
func serve(t *testing.T, listener net.Listener, with *tls.Config) {
	t.Helper()
	server := &http.Server{
		Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Minute, TLSConfig: with, ErrorLog: log.New(io.Discard, "", 0),
	}
	t.Cleanup(func() { _ = server.Close() })
	go func() { _ = server.ServeTLS(listener, "", "") }()
}

// await asks until the answer is yes.
func await(t *testing.T, s *Source, done func([]Status) bool) {
	t.Helper()
	again, over := time.NewTicker(20*time.Millisecond), time.After(30*time.Second)
	defer again.Stop()
	for !done(s.Status()) {
		select {
		case <-again.C:
		case <-over:
			t.Fatalf("the status stays %+v", s.Status())
		}
	}
}

func allThere(all []Status) bool {
	return !slices.ContainsFunc(all, func(s Status) bool { return s.NotAfter.IsZero() })
}

func TestAnAuthorityOnTheNetGivesCertificates(t *testing.T) {
	for _, way := range []string{"asking by TLS", "asking by HTTP"} {
		t.Run(way, func(t *testing.T) {
			listener, challenges := listenLocally(t), listenLocally(t)
			byHTTP, byTLS := nobody, portOf(t, listener)
			if way == "asking by HTTP" {
				byHTTP, byTLS = portOf(t, challenges), nobody
			}
			authority := startAuthority(t, byHTTP, byTLS)
			options := Authority{
				Domains: []string{"sea.example", "s3.sea.example"}, Email: "operator@sea.example",
				Directory: authority.directory, DirectoryCA: authority.trust, CacheDir: filepath.Join(t.TempDir(), "acme"),
			}
			s, err := ACME(options, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			serve(t, listener, s.Server("h2", "http/1.1"))
			if way == "asking by HTTP" {
				plain := &http.Server{Handler: asOnPort80(s.Challenges()), ReadHeaderTimeout: time.Minute}
				t.Cleanup(func() { _ = plain.Close() })
				go func() { _ = plain.Serve(challenges) }()
			}
			run(t, s)
			await(t, s, allThere)
			trusts(t, listener.Addr().String(), authority.roots, options.Domains)
			looksAfterItsCache(t, options, authority)
		})
	}
}

// asOnPort80 leaves the port out of the host, where it stands in tests only.
func asOnPort80(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host, _, _ = net.SplitHostPort(r.Host)
		next.ServeHTTP(w, r)
	})
}

func trusts(t *testing.T, address string, roots *x509.CertPool, domains []string) {
	t.Helper()
	for _, name := range domains {
		dialer := &tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: name}}
		conn, err := dialer.DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_ = conn.Close()
	}
	unknown := &tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: "bank.example"}}
	if conn, err := unknown.DialContext(t.Context(), "tcp", address); err == nil {
		_ = conn.Close()
		t.Error("a name that nobody configured has a certificate")
	}
}

// A restart presents what is in the cache, though the authority is gone.
func looksAfterItsCache(t *testing.T, options Authority, authority authorityOnTheNet) {
	t.Helper()
	authority.server.Close()
	again, err := ACME(options, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if pause := again.way.check(t.Context(), false); pause != renewEvery || !allThere(again.Status()) {
		t.Errorf("after a restart: %+v", again.Status())
	}
	err = filepath.WalkDir(options.CacheDir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may read %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAnAuthorityThatIsAwayIsAskedLessAndLess(t *testing.T) {
	t.Parallel()
	gone := httptest.NewTLSServer(nil)
	gone.Close()
	var text strings.Builder
	s, err := ACME(Authority{Domains: []string{"sea.example"}, Directory: gone.URL, CacheDir: t.TempDir()}, slog.New(slog.NewTextHandler(&text, nil)))
	if err != nil {
		t.Fatal(err)
	}
	var pauses []time.Duration
	for range 8 {
		pauses = append(pauses, s.way.check(t.Context(), false))
	}
	if pauses[0] != firstPause || pauses[1] != 2*firstPause || pauses[7] != longestPause {
		t.Errorf("it waits %s", pauses)
	}
	if status := s.Status()[0]; status.Problem == "" || !status.NotAfter.IsZero() || status.Name != "sea.example" {
		t.Errorf("the status is %+v", status)
	}
	if !strings.Contains(text.String(), "get a certificate for sea.example") {
		t.Errorf("the log says %s", text.String())
	}
	if err := shake(t, s.Server("http/1.1"), s.Client()); err != nil {
		t.Errorf("the portal's own clients: %v", err)
	}
}
