package certificate

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"
)

// pollEvery is how often the files are looked at. They are read, not watched:
// that finds a renewal by rename, by copying over and by a changed symbolic
// link of a directory above, on every file system.
const pollEvery = 5 * time.Second

// Files presents the pair of files, and what they are replaced by: at the
// second look that finds the same new content, so that a pair which is being
// written is left alone. A pair that cannot be used is reported, and the one
// before stays.
func Files(certFile, keyFile string, log *slog.Logger) (*Source, error) {
	p := newPair(certFile, keyFile, log)
	if err := p.load(); err != nil {
		return nil, fmt.Errorf("read --tls-cert and --tls-key: %w", err)
	}
	return newSource(p)
}

// pair is a certificate chain and its key in two files.
type pair struct {
	certFile, keyFile string
	log               *slog.Logger

	mu        sync.RWMutex
	presented *tls.Certificate
	loaded    content // of what is presented
	seen      content // at the last look
	problem   string
}

// content is a digest of the two files, or of why they cannot be read.
type content [sha256.Size]byte

func newPair(certFile, keyFile string, log *slog.Logger) *pair {
	return &pair{certFile: certFile, keyFile: keyFile, log: log}
}

func (p *pair) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.presented, nil
}

func (p *pair) status() []Status {
	p.mu.RLock()
	defer p.mu.RUnlock()
	s := describe(p.presented)
	s.Problem = p.problem
	return []Status{s}
}

func (p *pair) check(ctx context.Context, now bool) time.Duration {
	_, _, found, _ := p.read()
	p.mu.Lock()
	stable := found == p.seen
	p.seen = found
	same := found == p.loaded
	if same {
		p.problem = ""
	}
	former := p.problem
	p.mu.Unlock()
	if same || (!stable && !now) {
		return pollEvery
	}
	err := p.load()
	p.mu.Lock()
	p.problem = report(ctx, p.log, former, err)
	p.mu.Unlock()
	if err == nil {
		s := p.status()[0]
		p.log.InfoContext(ctx, "certificate replaced", slog.String("name", s.Name), slog.Time("not_after", s.NotAfter))
	}
	return pollEvery
}

// load takes the pair over, if it can be used and is not worse than the one
// that is presented.
func (p *pair) load() error {
	cert, key, found, err := p.read()
	if err != nil {
		return err
	}
	fresh, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("%s and %s are no pair: %w", p.certFile, p.keyFile, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.presented != nil && now.Before(p.presented.Leaf.NotAfter) {
		switch {
		case !now.Before(fresh.Leaf.NotAfter):
			return fmt.Errorf("%s expired on %s", p.certFile, fresh.Leaf.NotAfter.UTC().Format(time.DateOnly))
		case now.Before(fresh.Leaf.NotBefore): // it is taken over when its time comes
			return fmt.Errorf("%s is not valid before %s", p.certFile, fresh.Leaf.NotBefore.UTC().Format(time.RFC3339))
		}
	}
	p.presented, p.loaded, p.seen = &fresh, found, found
	return nil
}

func (p *pair) read() (cert, key []byte, found content, err error) {
	if cert, err = read(p.certFile); err == nil {
		key, err = read(p.keyFile)
	}
	if err != nil {
		return nil, nil, sha256.Sum256([]byte(err.Error())), err
	}
	return cert, key, sha256.Sum256(fmt.Appendf(nil, "%d %s%s", len(cert), cert, key)), nil
}

// read reads a file; a fault names it once.
func read(file string) ([]byte, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the operator names it
	var at *fs.PathError
	if errors.As(err, &at) {
		return nil, fmt.Errorf("%s: %w", file, at.Err)
	}
	return text, err
}
