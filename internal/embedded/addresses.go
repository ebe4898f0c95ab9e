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

// freeAddress checks that address can be listened on, and puts a free port in
// the place of port 0: versitygw does not tell which port it got.
func freeAddress(ctx context.Context, address string) (string, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("the address %q is not host:port: %w", address, err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return "", fmt.Errorf("%s is taken by another process: stop it, or choose another address", address)
	}
	if err != nil {
		return "", fmt.Errorf("listen on %s: %w", address, err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err := errors.Join(err, listener.Close()); err != nil {
		return "", fmt.Errorf("try %s: %w", address, err)
	}
	return net.JoinHostPort(host, port), nil
}

// reachable gives an address that a client on this machine can dial.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "" || (ip != nil && ip.IsUnspecified())) {
		return net.JoinHostPort(loopback, port)
	}
	return address
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
