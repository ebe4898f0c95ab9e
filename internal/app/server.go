package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"seaportal/static"
	"seaportal/web"
)

const (
	headerTime = 10 * time.Second
	readTime   = 30 * time.Second // of a whole request: forms are small
	writeTime  = 3 * time.Minute  // issuing a credential set may take one
	idleHTTP   = 2 * time.Minute
	maxHeaders = 64 << 10 // bytes
	// drainTime is how long requests may take to end at a stop.
	drainTime = 5 * time.Second
)

var errStopping = errors.New("the portal is stopping")

// server is the portal's own listener.
type server struct {
	http     *http.Server
	listener net.Listener
	failed   chan error // at most one value: why it ended by itself
	stopping atomic.Bool
}

// looks refuses to serve pages without their style: a program that was built
// wrong says so at its start.
func looks(context.Context) error { return static.Check() }

// listen opens the portal's listener. It comes last: whoever gets an answer
// gets it from a portal that is whole.
func (a *App) listen(ctx context.Context) error {
	listener, err := listenOn(ctx, "--listen", a.cfg.Listen)
	if err != nil {
		return err
	}
	proxies, err := a.cfg.Proxies()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	s := &server{listener: listener, failed: make(chan error, 1)}
	s.http = &http.Server{
		//nolint:contextcheck // requests have contexts of their own
		Handler: web.New(web.Deps{
			Handlers: a.handlers(), Accounts: a.operations.accounts, Sessions: a.operations.sessions,
			Log: a.opts.Log, Ready: a.ready, StrictTransport: a.strictTransport(), Collectors: a.collectors(),
			Proxies: proxies, PublicURL: publicURL(a.cfg.PublicURL, ""),
		}),
		ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleHTTP, MaxHeaderBytes: maxHeaders,
		TLSConfig: a.serverTLS("h2", "http/1.1"),
		ErrorLog:  slog.NewLogLogger(a.opts.Log.Handler(), slog.LevelDebug),
	}
	a.server = s
	a.later(s.stop)
	go s.serve()
	return nil
}

// listenOn opens a listener, with a clear line where the port is taken.
func listenOn(ctx context.Context, flag, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another process: stop it, or choose another address with %s", address, flag)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

// ready tells why the portal cannot serve.
func (a *App) ready(ctx context.Context) error {
	if a.server.stopping.Load() {
		return errStopping
	}
	return a.at.store.Ping(ctx)
}

func (s *server) serve() {
	serve := s.http.Serve
	if s.http.TLSConfig != nil {
		serve = func(l net.Listener) error { return s.http.ServeTLS(l, "", "") }
	}
	if err := serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		s.failed <- fmt.Errorf("serve %s: %w", s.listener.Addr(), err)
	}
}

// stop lets requests end, for a while.
func (s *server) stop(ctx context.Context) error {
	s.stopping.Store(true)
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return s.http.Close()
	}
	return err
}

// announce notes the addresses for other commands, and tells the operator
// where the portal is.
func (a *App) announce(ctx context.Context) error {
	a.addresses = Addresses{
		Portal: local(a.server.listener.Addr(), a.cfg.Secure()), S3: a.storage.local, PID: os.Getpid(),
	}
	if err := a.addresses.note(a.at.dir); err != nil {
		return err
	}
	a.later(func(context.Context) error { return forgetAddresses(a.at.dir) })
	a.opts.Log.InfoContext(ctx, "portal started",
		slog.String("portal", a.addresses.Portal), slog.String("s3", a.addresses.S3), slog.String("data_dir", a.at.dir))
	return a.welcome(ctx)
}
