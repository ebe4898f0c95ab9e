package certificate

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	serverCertFile = "server.pem"
	serverKeyFile  = "server-key.pem"

	day = 24 * time.Hour
	// serverLife is within what browsers take, 398 days.
	serverLife = 397 * day
	// renewBefore is when a certificate that the portal renews is due.
	renewBefore = 30 * day
	// renewEvery is how often the portal looks whether one is due.
	renewEvery = time.Hour
)

// Names are what the local authority's server certificate is for, besides
// localhost and the loopback addresses.
type Names struct {
	Needed []string // host names and addresses that the operator configured
	Host   string   // of the machine; left out where the authority may not certify it
}

// Local presents a certificate of the local authority in dir, which is made if
// need be: for trials, for clients have to trust the authority first. Both stay
// over restarts; the certificate is renewed by itself, and made anew when the
// names change.
func Local(dir string, names Names, log *slog.Logger) (*Source, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of --tls-auto: %w", err)
	}
	authority, err := openAuthority(dir, names)
	if err != nil {
		return nil, fmt.Errorf("--tls-auto %s: %w", dir, err)
	}
	l := &local{
		pair:      newPair(filepath.Join(dir, serverCertFile), filepath.Join(dir, serverKeyFile), log),
		authority: authority, names: authority.possible(names), log: log,
	}
	if err := l.renew(); err != nil {
		return nil, fmt.Errorf("--tls-auto %s: %w", dir, err)
	}
	s, err := newSource(l)
	if err == nil {
		s.authority, s.public = authority.file, authority.cert.Raw
	}
	return s, err
}

// local is a pair of files that the portal itself renews.
type local struct {
	*pair
	authority *authority
	names     []string
	log       *slog.Logger
}

func (l *local) status() []Status {
	all := l.pair.status()
	all[0].Renewed = true
	return all
}

func (l *local) check(ctx context.Context, _ bool) time.Duration {
	before := l.status()[0]
	err := l.renew()
	l.mu.Lock()
	l.problem = report(ctx, l.log, l.problem, err)
	l.mu.Unlock()
	if after := l.status()[0]; !after.NotAfter.Equal(before.NotAfter) {
		l.log.InfoContext(ctx, "certificate renewed", slog.String("name", after.Name), slog.Time("not_after", after.NotAfter))
	}
	return renewEvery
}

// renew presents the pair in the directory, which it makes anew unless it
// serves.
func (l *local) renew() error {
	err := l.load()
	if err == nil && l.serves() == nil {
		return nil
	}
	if err := l.issue(); err != nil {
		return err
	}
	return l.load()
}

// serves tells why the presented certificate has to be made anew.
func (l *local) serves() error {
	presented, err := l.certificate(nil)
	if err != nil {
		return err
	}
	leaf := presented.Leaf
	if time.Until(leaf.NotAfter) < renewBefore {
		return errors.New("it ends soon")
	}
	roots := x509.NewCertPool()
	roots.AddCert(l.authority.cert)
	for _, name := range l.names {
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name}); err != nil {
			return err
		}
	}
	return nil
}

// issue makes a new key and a certificate for it. A crash between the two
// files leaves no pair, so that the next start issues again.
func (l *local) issue() error {
	key, err := newKey()
	if err != nil {
		return err
	}
	template, err := newTemplate(l.names[0], serverLife)
	if err != nil {
		return err
	}
	if template.NotAfter.After(l.authority.cert.NotAfter) {
		template.NotAfter = l.authority.cert.NotAfter
	}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, name := range l.names {
		if address, err := netip.ParseAddr(name); err == nil {
			template.IPAddresses = append(template.IPAddresses, address.AsSlice())
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	leaf, err := sign(template, l.authority.cert, key.Public(), l.authority.key)
	if err != nil {
		return err
	}
	if err := writeKey(l.keyFile, key); err != nil {
		return err
	}
	return writeCertificate(l.certFile, leaf)
}

// always are the names of every machine for itself.
var always = []string{"localhost", "127.0.0.1", "::1"}

// unique leaves out what is empty or there already.
func unique(names []string) []string {
	var all []string
	for _, name := range names {
		if name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}
