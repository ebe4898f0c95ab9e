package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/iamapi"
	"github.com/versity/versitygw/s3api"
)

// maxParts is the most parts of a multipart upload, AWS's limit.
const maxParts = 10_000

// startIAM runs the IAM service and the writer of last uses.
func (s *Server) startIAM(ctx context.Context, cfg Config, address, socket string) error {
	users := newIAMStore(cfg.Store, cfg.Keys, cfg.Log)
	usage, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		users.usage.run(usage, cfg.Log)
	}()
	s.later(func() error { end(); <-ended; return nil })
	root := iamapi.RootCredentials{Access: cfg.RootAccessKey, Secret: cfg.RootSecret.Reveal()}
	service, err := serveIAM(ctx, users, root, address, socket)
	if err != nil {
		return err
	}
	s.later(service.stop)
	s.iamURL = "http://" + address
	return nil
}

// startS3 opens the objects and runs the S3 server on them.
func (s *Server) startS3(ctx context.Context, cfg Config, dataDir, address, sockets string) error {
	release, err := divert(ctx, &os.Stdout, cfg.Log, slog.LevelDebug)
	if err != nil {
		return err
	}
	objects, identities, err := openParts(cfg, dataDir, filepath.Join(sockets, iamSocket))
	release() // from here on versitygw prints errors only
	if err != nil {
		return err
	}
	listening := make(chan struct{})
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	settings := &embedgw.Config{
		RootUserAccess: cfg.RootAccessKey, RootUserSecret: cfg.RootSecret.Reveal(), Region: cfg.Region,
		Ports: []string{address}, MaxConnections: maxConnections, MaxRequests: maxRequests,
		CertFile: cfg.CertFile, KeyFile: cfg.KeyFile,
		// The admin API would else share the public port.
		AdminPorts: []string{filepath.Join(sockets, adminSocket)}, SocketPerm: fmt.Sprintf("%o", fileMode),
		AdminMaxConnections: 16, AdminMaxRequests: 16,
		MultipartMaxParts: maxParts, IAMService: identities, DisableACLs: true, KeepAlive: true, Quiet: true,
		S3Options: []s3api.Option{s3api.WithOnListen(func() { close(listening) })},
	}
	go func() { ended <- embedgw.RunVersityGW(running, objects, settings) }()
	stop := func() error { end(); return <-ended }
	late, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	select {
	case <-listening:
	case err := <-ended:
		end()
		return errors.Join(errors.New("the S3 server ended at once"), err)
	case <-late.Done():
		return errors.Join(late.Err(), stop())
	}
	s.later(stop)
	s.s3URL = "http://" + reachable(address)
	if cfg.CertFile != "" {
		s.s3URL = "https://" + reachable(address)
	}
	return nil
}

// openParts opens what the S3 server stands on: the objects, and the IAM
// service by its private socket.
func openParts(cfg Config, dataDir, socket string) (backend.Backend, auth.IAMService, error) {
	objects, err := openObjects(dataDir, cfg.Notify)
	if err != nil {
		return nil, nil, err
	}
	operator := auth.Account{Access: cfg.RootAccessKey, Secret: cfg.RootSecret.Reveal(), Role: auth.RoleAdmin}
	identities, err := auth.NewIAMServiceStandalone(operator, auth.IAMServiceStandaloneConfig{Endpoint: socket, Region: cfg.Region})
	if err != nil {
		objects.Shutdown()
		return nil, nil, fmt.Errorf("reach IAM service: %w", err)
	}
	return objects, identities, nil
}
