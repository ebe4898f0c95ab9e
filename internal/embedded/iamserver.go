package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/versity/versitygw/iamapi"
	"github.com/versity/versitygw/iamapi/private"
	"github.com/versity/versitygw/iamapi/storage"
)

// iamServer is the IAM service: the IAM API for the portal, on loopback TCP,
// and the endpoints by which the S3 server asks it, on a private unix socket.
// The API is never to be public: AssumeRoleWithWebIdentity needs no signature,
// by design.
type iamServer struct {
	public   *iamapi.IAMApiServer
	private  *private.PrivateAPI
	finished chan error // one value of each of the two
}

func serveIAM(ctx context.Context, users storage.Storer, root iamapi.RootCredentials, address, socket string) (*iamServer, error) {
	listening := make(chan struct{})
	public, err := iamapi.New(users, root,
		iamapi.WithConcurrencyLimiter(maxConnections, maxRequests), iamapi.WithKeepAlive(), iamapi.WithQuiet(),
		iamapi.WithOIDCThumbprintAutoFetchDisabled(), iamapi.WithOnListen(func() { close(listening) }))
	if err != nil {
		return nil, fmt.Errorf("make IAM API: %w", err)
	}
	endpoints, err := private.New(users, root, private.WithPrivateQuiet(), private.WithPrivateSocketPerm(fileMode))
	if err != nil {
		return nil, fmt.Errorf("make private IAM endpoints: %w", err)
	}
	s := &iamServer{public: public, private: endpoints, finished: make(chan error, 2)}
	go func() { s.finished <- public.ServeMultiPort([]string{address}) }()
	go func() { s.finished <- withoutTLS(endpoints.ServeMultiPort)([]string{socket}) }()
	if err := s.ready(ctx, listening, socket); err != nil {
		return nil, errors.Join(fmt.Errorf("start IAM service: %w", err), s.stop())
	}
	return s, nil
}

// withoutTLS fills in serve's second argument, whose type is internal to
// versitygw, with its zero value.
func withoutTLS[T any](serve func([]string, T) error) func([]string) error {
	return func(addresses []string) error {
		var none T
		return serve(addresses, none)
	}
}

// ready waits until both halves accept connections.
func (s *iamServer) ready(ctx context.Context, listening <-chan struct{}, socket string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	retry := time.NewTicker(time.Millisecond)
	defer retry.Stop()
	dialer := &net.Dialer{}
	for {
		conn, err := dialer.DialContext(ctx, "unix", socket)
		if err == nil {
			if err := conn.Close(); err != nil {
				return err
			}
			break
		}
		select {
		case <-retry.C:
		case err := <-s.finished:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	select {
	case <-listening:
		return nil
	case err := <-s.finished:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop closes both halves at once: each may wait for its open connections.
func (s *iamServer) stop() error {
	closed := make(chan error, 1)
	go func() { closed <- s.private.Shutdown() }()
	return errors.Join(s.public.Shutdown(), <-closed)
}
