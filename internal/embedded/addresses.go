package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

const (
	loopback = "127.0.0.1"
	// maxSocketPath is the longest path of a unix socket in bytes: sun_path
	// holds 108 on Linux and 104 on BSD and macOS, with the final zero.
	maxSocketPath = 103
)

// listen opens a listener, with a clear line where the port is taken.
func listen(ctx context.Context, address string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, fmt.Errorf("the address %q is not host:port: %w", address, err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another process: stop it, or choose another address", address)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

// freeLoopback finds a loopback port that nobody listens on at the moment. The
// IAM service opens its listener itself, and does not tell which port it got.
func freeLoopback(ctx context.Context) (string, error) {
	listener, err := listen(ctx, loopback+":0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// reachable gives an address that a client on this machine can dial. A name
// that was listened on stays: a certificate may be for it.
func reachable(wanted string, bound net.Addr) string {
	host, _, err := net.SplitHostPort(wanted)
	if err != nil {
		return bound.String()
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = loopback
	}
	_, port, err := net.SplitHostPort(bound.String())
	if err != nil {
		return bound.String()
	}
	return net.JoinHostPort(host, port)
}

// socketDir makes the private directory (0700) of the unix sockets: in the data
// directory, or where that path is too long for sockets in a temporary one
// that discard removes.
func socketDir(dataDir string) (dir string, discard func() error, err error) {
	dir = filepath.Join(dataDir, "run")
	if len(filepath.Join(dir, adminSocket)) <= maxSocketPath {
		if err := os.MkdirAll(dir, dirMode); err != nil {
			return "", nil, fmt.Errorf("make socket directory: %w", err)
		}
		return dir, func() error { return nil }, nil
	}
	dir, err = os.MkdirTemp("", "seaportal-")
	if err != nil {
		return "", nil, fmt.Errorf("make socket directory: %w", err)
	}
	return dir, func() error { return os.RemoveAll(dir) }, nil
}
