package embedded

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"seaportal/internal/keyring"
	"seaportal/internal/proxy"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
)

// IAMRegion is what clients of the IAM API sign for, whatever the S3 region:
// IAM is a global service, on AWS too.
const IAMRegion = "us-east-1"

const (
	iamSocket   = "iam.sock"
	adminSocket = "admin.sock"
	s3Socket    = "s3.sock"

	// startTimeout bounds how long either server may take to listen; it takes
	// milliseconds.
	startTimeout = 10 * time.Second

	// maxConnections and maxRequests bound what one server holds open and
	// works on. Requests beyond are answered 503 SlowDown.
	maxConnections = 4096
	maxRequests    = 1024
)

// ErrRunning says that this process already runs the embedded server.
var ErrRunning = errors.New("the embedded S3 server is already running in this process, and there can be one only")

var running atomic.Bool

// Config says what to run. All fields but TLS, Proxies, OwnMark, Operator,
// Encryption, Fetched and CounterfoilArgument are needed.
type Config struct {
	DataDir  string // made if need be, mode 0700; the caller holds LockDataDir
	S3Listen string // host:port of the S3 API; port 0 takes a free one
	Region   string // that clients sign for

	// TLS makes the S3 API speak TLS; nil leaves it out. It asks for the
	// certificate at each handshake, so that a renewed one is presented at once.
	TLS *tls.Config

	// Proxies are believed about the address that a request comes from, which
	// policies and events see.
	Proxies proxy.Trusted
	// OwnMark, where set, is the value of HeaderOwn in requests that are no use
	// of a key. Nobody else may know it.
	OwnMark string

	// RootAccessKey and RootSecret are those of the account that may do anything
	// in every bucket and in IAM, as long as the server runs.
	RootAccessKey string
	RootSecret    sealed.Plain
	// Operator, where set, gives another account that may do anything in every
	// bucket, as it is at that moment. It is asked at each request.
	Operator func() (accessKeyID string, secret sealed.Plain)

	Keys  *keyring.Ring // seals the secrets of access keys
	Store *store.Store  // keeps users, policies and access keys

	// Encryption says what rests encrypted; nil for nothing.
	Encryption *Encryption

	// Notify hears of each change of an object before the change is answered.
	// It must return at once; it is called from many goroutines.
	Notify func(Event)

	// Fetched hears of each GET of an object by a key that is not the
	// operator's, or by a presigned URL with a counterfoil, once it is over. Like
	// Notify it must return at once. Without it GETs are not looked at.
	Fetched func(Fetch)
	// CounterfoilArgument is the query argument that carries a counterfoil.
	CounterfoilArgument string

	// Log also hears what versitygw prints. Make it before Start: while the
	// server runs, what is written to os.Stderr as it is then comes here.
	Log *slog.Logger
}

// Server is the running server.
type Server struct {
	s3URL, iamURL string
	users         *iamStore
	identities    *identities
	steps         []func() error // how to stop, last step first
	once          sync.Once
	stopped       chan struct{}
	err           error
}

// Start runs the S3 and the IAM server until Stop. When it returns both accept
// requests. It changes the working directory of the process for good: make
// every path absolute before. ctx bounds the start only.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	if !running.CompareAndSwap(false, true) {
		return nil, ErrRunning
	}
	s := &Server{stopped: make(chan struct{})}
	s.later(func() error { running.Store(false); return nil })
	if err := s.start(ctx, cfg); err != nil {
		return nil, errors.Join(fmt.Errorf("start embedded S3 server: %w", err), s.stop())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, cfg Config) error {
	if err := cfg.validate(); err != nil {
		return err
	}
	dataDir, err := filepath.Abs(cfg.DataDir)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, cfg.S3Listen)
	if err != nil {
		return err
	}
	s.later(func() error { return closed(listener.Close()) })
	sockets, discard, err := socketDir(dataDir)
	if err != nil {
		return err
	}
	s.later(discard)
	release, err := divert(ctx, &os.Stderr, cfg.Log, slog.LevelWarn)
	if err != nil {
		return err
	}
	s.later(func() error { release(); return nil })
	if err := s.startIAM(ctx, cfg, filepath.Join(sockets, iamSocket)); err != nil {
		return err
	}
	return s.startS3(ctx, cfg, dataDir, listener, sockets)
}

// S3Endpoint is the URL of the S3 API, for clients on this machine.
func (s *Server) S3Endpoint() string { return s.s3URL }

// IAMEndpoint is the URL of the IAM API, on loopback.
func (s *Server) IAMEndpoint() string { return s.iamURL }

// Stop ends both servers, letting the requests that run end first. It takes
// 0.1 s, but up to 10 s while clients hold connections open that they have
// never used: close the idle connections of your own clients before. It
// returns early, with ctx's error, when ctx ends; the stop goes on. Stopping
// twice is stopping once.
func (s *Server) Stop(ctx context.Context) error {
	s.once.Do(func() {
		go func() {
			s.err = s.stop()
			close(s.stopped)
		}()
	})
	select {
	case <-s.stopped:
		return s.err
	case <-ctx.Done():
		return fmt.Errorf("stop embedded S3 server: %w", ctx.Err())
	}
}

// later adds a step to the stop.
func (s *Server) later(step func() error) { s.steps = append(s.steps, step) }

func (s *Server) stop() error {
	var failed []error
	for i := len(s.steps) - 1; i >= 0; i-- {
		failed = append(failed, s.steps[i]())
	}
	return errors.Join(failed...)
}

// ours tells whether a key is of an account that may do anything.
func (c Config) ours(accessKeyID string) bool {
	if accessKeyID == c.RootAccessKey {
		return true
	}
	if c.Operator == nil {
		return false
	}
	operator, _ := c.Operator()
	return accessKeyID == operator
}

func (c Config) validate() error {
	if c.DataDir == "" || c.S3Listen == "" || c.Region == "" || c.RootAccessKey == "" || c.RootSecret.Empty() ||
		c.Keys == nil || c.Store == nil || c.Notify == nil || c.Log == nil {
		return errors.New("a field of the configuration is missing")
	}
	return nil
}
