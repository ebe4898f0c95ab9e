package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

const addressesFile = "addresses.json"

// Addresses is where a running server listens, as URLs that work on its own
// machine. The server notes it in the data directory for the other commands.
type Addresses struct {
	Portal string `json:"portal"`
	S3     string `json:"s3"`
	PID    int    `json:"pid"`
}

// note writes the addresses so that a reader sees all of it or the former.
func (a Addresses) note(dir string) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, addressesFile+".*") // with mode 0600
	if err != nil {
		return fmt.Errorf("note addresses: %w", err)
	}
	_, err = file.Write(append(text, '\n'))
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(dir, addressesFile))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("note addresses: %w", err), os.Remove(file.Name()))
	}
	return nil
}

func forgetAddresses(dir string) error { return os.Remove(filepath.Join(dir, addressesFile)) }

// RunningAt reads what the server that uses the data directory noted. It
// returns false where none runs: a server that was killed leaves its note.
func RunningAt(dir string) (Addresses, bool) {
	var a Addresses
	text, err := os.ReadFile(filepath.Join(dir, addressesFile)) //nolint:gosec // the operator's own directory
	if err != nil || json.Unmarshal(text, &a) != nil || a.PID <= 0 {
		return Addresses{}, false
	}
	err = syscall.Kill(a.PID, 0) // EPERM: it runs, as somebody else
	return a, err == nil || errors.Is(err, syscall.EPERM)
}

// local gives the URL by which this machine reaches a listener: one that
// listens on every address is reached on the loopback one.
func local(address net.Addr, secure bool) string {
	host, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return ""
	}
	return localURL(host, port, secure)
}

func localURL(host, port string, secure bool) string {
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	scheme := "http"
	if secure {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
