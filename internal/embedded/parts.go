package embedded

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/iamapi"
	"github.com/versity/versitygw/s3api"
)

// maxParts is the most parts of a multipart upload, AWS's limit.
const maxParts = 10_000

// startIAM runs the IAM service and the writer of last uses.
func (s *Server) startIAM(ctx context.Context, cfg Config, socket string) error {
	users := newIAMStore(cfg.Store, cfg.Keys, cfg.Log)
	s.background(ctx, func(ctx context.Context) { users.usage.run(ctx, cfg.Log) })
	root := iamapi.RootCredentials{Access: cfg.RootAccessKey, Secret: cfg.RootSecret.Reveal()}
	service, err := serveIAM(ctx, users, root, freeLoopback, socket)
	if err != nil {
		return err
	}
	s.later(service.stop)
	s.iamURL, s.users = "http://"+service.address, users
	return nil
}

// startS3 opens the objects and runs the S3 server on them.
func (s *Server) startS3(ctx context.Context, cfg Config, dataDir string, listener net.Listener, sockets string) error {
	release, err := divert(ctx, &os.Stdout, cfg.Log, slog.LevelDebug)
	if err != nil {
		return err
	}
	objects, identities, err := s.openParts(cfg, dataDir, filepath.Join(sockets, iamSocket))
	release() // from here on versitygw prints errors only
	if err != nil {
		return err
	}
	front := newFront(cfg.Proxies)
	settings := &embedgw.Config{
		RootUserAccess: cfg.RootAccessKey, RootUserSecret: cfg.RootSecret.Reveal(), Region: cfg.Region,
		Ports: []string{filepath.Join(sockets, s3Socket)}, MaxConnections: maxConnections, MaxRequests: maxRequests,
		// The admin API would else share the public port.
		AdminPorts: []string{filepath.Join(sockets, adminSocket)}, SocketPerm: fmt.Sprintf("%o", fileMode),
		AdminMaxConnections: 16, AdminMaxRequests: 16,
		MultipartMaxParts: maxParts, IAMService: identities, DisableACLs: true, KeepAlive: true, Quiet: true,
		S3Options: append(front.options(), s3api.WithMiddleware("/", s.countCallers(ctx, cfg))),
	}
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- embedgw.RunVersityGW(running, objects, settings) }()
	stop := func() error { end(); return <-ended }
	late, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	select {
	case <-front.listening:
	case err := <-ended:
		end()
		return errors.Join(errors.New("the S3 server ended at once"), err)
	case <-late.Done():
		return errors.Join(late.Err(), stop())
	}
	s.later(stop)
	return s.open(late, cfg, front, listener, filepath.Join(sockets, s3Socket))
}

// open lets clients in.
func (s *Server) open(ctx context.Context, cfg Config, front *front, listener net.Listener, socket string) error {
	server, err := front.server(ctx, socket)
	if err != nil {
		return fmt.Errorf("reach the S3 server: %w", err)
	}
	scheme, public := "http://", listener
	if cfg.TLS != nil {
		scheme, public = "https://", tls.NewListener(listener, cfg.TLS)
	}
	s.s3URL = scheme + reachable(cfg.S3Listen, listener.Addr())
	ctx = context.WithoutCancel(ctx)
	go func() { // it ends when versitygw stops its server
		if err := closed(server.Serve(public)); err != nil {
			cfg.Log.ErrorContext(ctx, "the S3 listener ended", slog.Any("error", err))
		}
	}()
	return nil
}

// countCallers makes what counts the uses of keys, and its writer.
func (s *Server) countCallers(ctx context.Context, cfg Config) fiber.Handler {
	seen := newKeyAddresses(cfg.Store)
	s.background(ctx, func(ctx context.Context) { seen.run(ctx, cfg.Log) })
	callers := &callers{mark: cfg.OwnMark, ours: cfg.ours, seen: seen, now: func() time.Time { return time.Now().UTC() }}
	return callers.handle
}

// background runs work until the stop, which waits for its end.
func (s *Server) background(ctx context.Context, work func(ctx context.Context)) {
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		work(ctx)
	}()
	s.later(func() error { end(); <-ended; return nil })
}

// openParts opens what the S3 server stands on: the objects, the users, and for
// rare questions the IAM service by its private socket.
func (s *Server) openParts(cfg Config, dataDir, socket string) (backend.Backend, auth.IAMService, error) {
	objects, err := openObjects(cfg, dataDir)
	if err != nil {
		return nil, nil, err
	}
	root := auth.Account{Access: cfg.RootAccessKey, Secret: cfg.RootSecret.Reveal(), Role: auth.RoleAdmin}
	service, err := auth.NewIAMServiceStandalone(root, auth.IAMServiceStandaloneConfig{Endpoint: socket, Region: cfg.Region})
	if err != nil {
		objects.Shutdown()
		return nil, nil, fmt.Errorf("reach IAM service: %w", err)
	}
	s.identities = &identities{IAMServiceStandalone: service, users: s.users, operator: cfg.Operator, region: cfg.Region}
	return objects, s.identities, nil
}
