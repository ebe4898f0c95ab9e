package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
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
	address string // of the IAM API
	public  *iamapi.IAMApiServer
	private *private.PrivateAPI
}

// tries is how many ports are tried: another process may take one between
// the moment that it is found free and the moment that it is listened on.
const tries = 5

// serveIAM starts both halves, on an address that free finds.
func serveIAM(ctx context.Context, users storage.Storer, root iamapi.RootCredentials, free func(context.Context) (string, error), socket string) (*iamServer, error) {
	for try := 1; ; try++ {
		address, err := free(ctx)
		if err != nil {
			return nil, err
		}
		s, err := tryIAM(ctx, users, root, address, socket)
		if err == nil || try == tries || !errors.Is(err, syscall.EADDRINUSE) {
			return s, err
		}
	}
}

func tryIAM(ctx context.Context, users storage.Storer, root iamapi.RootCredentials, address, socket string) (*iamServer, error) {
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
	s := &iamServer{address: address, public: public, private: endpoints}
	publicEnded, privateEnded := make(chan error, 1), make(chan error, 1)
	go func() { publicEnded <- public.ServeMultiPort([]string{address}) }()
	go func() { privateEnded <- withoutTLS(endpoints.ServeMultiPort)([]string{socket}) }()
	// The private half first: what has begun to listen can be stopped.
	err = ready(ctx, "unix", socket, privateEnded)
	if err == nil {
		err = bound(ctx, listening, publicEnded)
	}
	if err == nil {
		err = ready(ctx, "tcp", address, publicEnded)
	}
	if err != nil {
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

// bound waits until the address is ours: what answers there before that is
// another process that took it.
func bound(ctx context.Context, listening <-chan struct{}, ended <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	select {
	case <-listening:
		return nil
	case err := <-ended:
		return endedAtOnce(err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func endedAtOnce(err error) error { return errors.Join(errors.New("it ended at once"), err) }

// ready waits until a half answers. An accepted connection is not enough: the
// half still looks at standard output then, which is diverted next. Nor is an
// answer of a half that has ended.
func ready(ctx context.Context, network, address string, ended <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	retry := time.NewTicker(time.Millisecond)
	defer retry.Stop()
	for {
		answered := answers(ctx, network, address) == nil
		select {
		case err := <-ended:
			return endedAtOnce(err)
		default:
			if answered {
				return nil
			}
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// answers asks for anything, and returns once there is a first byte of an
// answer.
func answers(ctx context.Context, network, address string) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // nothing was written that matters
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n"); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

// stop closes both halves at once: each may wait for its open connections.
func (s *iamServer) stop() error {
	closed := make(chan error, 1)
	go func() { closed <- s.private.Shutdown() }()
	return errors.Join(s.public.Shutdown(), <-closed)
}
