package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

const (
	// firstPause and longestPause are between two attempts to get a
	// certificate. Authorities bound failures to a few an hour.
	firstPause   = time.Minute
	longestPause = time.Hour
	// acmeTime bounds one request to the authority.
	acmeTime = 30 * time.Second
)

// Authority says which authority on the net to ask, and for what.
type Authority struct {
	Domains     []string // host names, lower case; the portal is reached by each
	Email       string   // may be empty
	Directory   string   // URL of the authority's directory
	DirectoryCA string   // file of certificates (PEM) that its server is trusted by; empty: the system's
	CacheDir    string   // keeps the account key, keys and certificates; mode 0700
}

// ACME presents certificates that an authority on the net gives for the
// domains, whose terms the operator accepted. They are asked for while Run
// runs and kept in the cache; the authority proves control of a domain by a
// TLS connection to port 443 of it (tls-alpn-01), which any listener of this
// source answers, or by HTTP (http-01), which Challenges answers.
func ACME(a Authority, log *slog.Logger) (*Source, error) {
	client, err := a.client()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(a.CacheDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of certificates: %w", err)
	}
	w := &acmeWay{
		domains: a.Domains, log: log, presented: map[string]*tls.Certificate{}, problem: map[string]string{}, pause: firstPause,
		manager: &autocert.Manager{
			Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(a.CacheDir), Email: a.Email,
			HostPolicy: autocert.HostWhitelist(a.Domains...),
			Client:     &acme.Client{DirectoryURL: a.Directory, HTTPClient: client, UserAgent: "seaportal"},
		},
	}
	s, err := newSource(w)
	if err == nil {
		s.more = []string{acme.ALPNProto}
	}
	return s, err
}

func (a Authority) client() (*http.Client, error) {
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if a.DirectoryCA != "" {
		text, err := read(a.DirectoryCA)
		if err != nil {
			return nil, fmt.Errorf("read --acme-directory-ca: %w", err)
		}
		trust.RootCAs = x509.NewCertPool()
		if !trust.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("--acme-directory-ca %s holds no certificate", a.DirectoryCA)
		}
	}
	return &http.Client{Timeout: acmeTime, Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: trust}}, nil
}

// Challenges answers an authority's questions by plain HTTP, and sends
// everybody else to https. It is nil for sources that need none.
func (s *Source) Challenges() http.Handler {
	if w, ok := s.way.(*acmeWay); ok {
		return w.manager.HTTPHandler(nil)
	}
	return nil
}

// acmeWay holds what the manager got. A handshake never makes it ask the
// authority: clients would use up what failures the authority allows.
type acmeWay struct {
	manager *autocert.Manager
	domains []string
	log     *slog.Logger
	pause   time.Duration // until the next attempt, while one fails

	mu        sync.RWMutex
	presented map[string]*tls.Certificate
	problem   map[string]string
}

func (w *acmeWay) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if len(hello.SupportedProtos) == 1 && hello.SupportedProtos[0] == acme.ALPNProto {
		return w.manager.GetCertificate(hello) // the authority's question
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	if presented := w.presented[strings.ToLower(hello.ServerName)]; presented != nil {
		return presented, nil
	}
	return nil, fmt.Errorf("there is no certificate for %q", hello.ServerName)
}

func (w *acmeWay) status() []Status {
	w.mu.RLock()
	defer w.mu.RUnlock()
	all := make([]Status, len(w.domains))
	for i, name := range w.domains {
		if presented := w.presented[name]; presented != nil {
			all[i] = describe(presented)
		}
		all[i].Name, all[i].Renewed, all[i].Problem = name, true, w.problem[name]
	}
	return all
}

func (w *acmeWay) check(ctx context.Context, _ bool) time.Duration {
	failed := false
	for _, name := range w.domains {
		if ctx.Err() != nil {
			break
		}
		failed = w.obtain(ctx, name) != nil || failed
	}
	if !failed {
		w.pause = firstPause
		return renewEvery
	}
	pause := w.pause
	w.pause = min(2*pause, longestPause)
	return pause
}

// obtain takes the manager's certificate of a domain: the newest that it has,
// or the first, which it asks the authority for.
func (w *acmeWay) obtain(ctx context.Context, name string) error {
	fresh, err := w.manager.GetCertificate(&tls.ClientHelloInfo{
		ServerName: name, CipherSuites: suites, // with ECDSA, which every client of today knows
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		err = fmt.Errorf("get a certificate for %s: %w", name, err)
	}
	w.problem[name] = report(ctx, w.log, w.problem[name], err)
	if err != nil {
		return err
	}
	former := w.presented[name]
	w.presented[name] = fresh
	if former == nil || !former.Leaf.Equal(fresh.Leaf) {
		w.log.InfoContext(ctx, "certificate obtained", slog.String("name", name), slog.Time("not_after", fresh.Leaf.NotAfter))
	}
	return nil
}
