// Package certificate owns the certificates that the portal's listeners
// present, whichever way they come by them: a pair of files that somebody else
// renews, a local authority for trials, or an authority on the net by ACME. It
// watches and renews them while the portal runs, and knows how they are doing.
//
// The portal's own clients do not depend on any of that: for them each process
// makes a certificate in memory, which is presented to who asks for a name that
// is nobody else's. So an expired, replaced or missing certificate never stops
// the portal's work.
//
// It refuses TLS below 1.2 and every cipher suite without forward secrecy and
// authenticated encryption.
package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/crypto/acme"
)

// Status is how one certificate is doing. It holds no secret.
type Status struct {
	Name      string // first name that it is for
	Subject   string
	Issuer    string
	NotBefore time.Time
	NotAfter  time.Time // zero while there is none yet
	Renewed   bool      // the portal renews it by itself
	Problem   string    // why there is none, or why a newer one was not taken; empty: nothing
}

// way is how certificates are come by. Its methods may be called at the same
// time.
type way interface {
	// certificate picks the one to present.
	certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error)
	// check looks whether there is something new, and returns after how long
	// to look again. Now says that somebody asked for it.
	check(ctx context.Context, now bool) time.Duration
	status() []Status
}

// Source presents certificates and looks after them. Get one from Files, Local
// or ACME.
type Source struct {
	way       way
	own       own
	more      []string // protocols besides the listener's own
	authority string   // file
	public    []byte   // what is in it
	asked     chan struct{}
}

func newSource(w way) (*Source, error) {
	o, err := newOwn()
	return &Source{way: w, own: o, asked: make(chan struct{}, 1)}, err
}

// suites are those of TLS 1.2 that have forward secrecy and authenticated
// encryption. Those of TLS 1.3 all have.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// Server is the configuration of a listener that speaks these protocols (ALPN
// names, the preferred one first).
func (s *Source) Server(protocols ...string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, CipherSuites: suites,
		NextProtos: slices.Concat(protocols, s.more), GetCertificate: s.certificate,
	}
}

// Client is the configuration of the portal's own clients of its own listeners
// in this process: nobody else is trusted, and by nobody else.
func (s *Source) Client() *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(s.own.leaf)
	return &tls.Config{RootCAs: roots, ServerName: ownName, MinVersion: tls.VersionTLS13}
}

// Authority is the file of the local authority's certificate, which clients
// have to trust; empty for the other ways.
func (s *Source) Authority() string { return s.authority }

// AuthorityPEM is what stands in that file, for whoever has to trust it: it is
// public. It is empty for the other ways.
func (s *Source) AuthorityPEM() string {
	if s.public == nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.public}))
}

// Status tells how each certificate is doing.
func (s *Source) Status() []Status { return s.way.status() }

// Run looks after the certificates until ctx ends.
func (s *Source) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now := false
		select {
		case <-ctx.Done():
			return
		case <-s.asked:
			now = true
		case <-timer.C:
		}
		timer.Reset(s.way.check(ctx, now))
	}
}

// Reload makes Run look for new certificates at once. It returns at once.
func (s *Source) Reload() {
	select {
	case s.asked <- struct{}{}:
	default: // it is about to look anyway
	}
}

func (s *Source) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if hello.ServerName == ownName {
		return s.own.pair, nil
	}
	if hello.ServerName == "" && slices.Contains(s.more, acme.ALPNProto) {
		return s.own.pair, nil // who names nobody cannot be told which of several
	}
	return s.way.certificate(hello)
}

// describe gives the status of what is presented.
func describe(presented *tls.Certificate) Status {
	leaf := presented.Leaf
	return Status{
		Name: firstName(leaf), Subject: leaf.Subject.String(), Issuer: leaf.Issuer.String(),
		NotBefore: leaf.NotBefore.UTC(), NotAfter: leaf.NotAfter.UTC(),
	}
}

func firstName(leaf *x509.Certificate) string {
	switch {
	case len(leaf.DNSNames) > 0:
		return leaf.DNSNames[0]
	case len(leaf.IPAddresses) > 0:
		return leaf.IPAddresses[0].String()
	}
	return leaf.Subject.CommonName
}

// report gives the text of a fault, and logs it unless it is the former one.
func report(ctx context.Context, log *slog.Logger, former string, err error) string {
	if err == nil {
		return ""
	}
	if text := err.Error(); text != former {
		log.WarnContext(ctx, "certificate not renewed", slog.String("error", text))
	}
	return err.Error()
}
