package keyring

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"seaportal/internal/sealed"
	"seaportal/internal/store"
)

const (
	fileName = "master.key"
	lockName = "rotation.lock"
	fileMode = 0o600
	// temporary are the names that the file has before it is whole.
	temporary = ".master.key.*"
)

// file is the path of the file that has the master key: one line of base64, and
// during a rotation a second one with the old key.
type file string

func (c Config) file() file { return file(filepath.Join(c.Dir, fileName)) }

// lines reads the keys; none when there is no file.
func (f file) lines() ([]string, error) {
	text, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	return strings.Fields(string(text)), nil
}

// masters reads the keys, and makes the first one if need be.
func (f file) masters(ctx context.Context, begin bool) ([]master, error) {
	lines, err := f.lines()
	if err == nil && len(lines) == 0 && begin {
		lines, err = f.begin()
	}
	if err != nil {
		return nil, err
	}
	var all []master
	for _, line := range lines {
		one, err := parse(ctx, line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// begin makes the file with a new key. Where another process was first, its key
// is the one.
func (f file) begin() ([]string, error) {
	fresh, err := draw()
	if err != nil {
		return nil, err
	}
	if err := f.write(os.Link, fresh); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return f.lines()
}

func draw() (string, error) {
	raw := make([]byte, sealed.KeySize)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("draw master key: %w", err)
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

// write makes the file have these lines, so that it is there whole or as it was,
// even after a power cut: losing the master key would lose every secret. It stays
// where a link leads, and its owner's. put is os.Link, which replaces nothing, or
// os.Rename.
func (f file) write(put func(from, to string) error, lines ...string) error {
	at, err := f.real()
	if err != nil {
		return fmt.Errorf("find the master key: %w", err)
	}
	fresh, err := os.CreateTemp(filepath.Dir(at), temporary) // with mode 0600
	if err != nil {
		return fmt.Errorf("write the master key: %w", err)
	}
	defer func() { _ = os.Remove(fresh.Name()) }() // gone, where it was renamed
	_, err = fresh.WriteString(strings.Join(lines, "\n") + "\n")
	if err = errors.Join(err, keepOwner(fresh, at), fresh.Sync(), fresh.Close()); err == nil {
		err = put(fresh.Name(), at)
	}
	if err == nil {
		err = syncDir(filepath.Dir(at))
	}
	if err != nil {
		return fmt.Errorf("write the master key: %w", err)
	}
	return nil
}

// real is the path that links lead to; where there is no file, the path itself.
func (f file) real() (string, error) {
	at, err := filepath.EvalSymlinks(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return string(f), nil
	}
	return at, err
}

// keepOwner gives a file to the owner of the one that it is to replace, or of the
// directory where there is none: who runs the command may be root, and the server
// somebody else.
func keepOwner(fresh *os.File, replaced string) error {
	info, err := os.Stat(replaced)
	if errors.Is(err, fs.ErrNotExist) && os.Geteuid() == 0 {
		info, err = os.Stat(filepath.Dir(replaced))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(owner.Uid) == os.Geteuid() {
		return nil
	}
	return fresh.Chown(int(owner.Uid), int(owner.Gid))
}

// clear removes what a write that was cut short has left: it may hold a key.
func (f file) clear() error {
	at, err := f.real()
	if err != nil {
		return err
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(at), temporary))
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

func syncDir(path string) error {
	dir, err := os.Open(path) //nolint:gosec // the data directory is the operator's own choice
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// lock lets one process rotate at a time, in this data directory and in this
// database. Both locks end with the process, however it ends.
func (c Config) lock(ctx context.Context) (unlock func() error, err error) {
	held, err := os.OpenFile(filepath.Join(c.Dir, lockName), os.O_CREATE|os.O_RDWR, fileMode)
	if err != nil {
		return nil, fmt.Errorf("lock the master key: %w", err)
	}
	err = keepOwner(held, string(c.file()))
	if err == nil {
		err = syscall.Flock(int(held.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(store.ErrRotating, held.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the master key: %w", err), held.Close())
	}
	release, err := c.Store.RotateAlone(ctx)
	if err != nil {
		return nil, errors.Join(err, held.Close())
	}
	return func() error { return errors.Join(release(), held.Close()) }, nil
}
