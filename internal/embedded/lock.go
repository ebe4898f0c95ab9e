package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const (
	lockFile = "lock"
	dirMode  = 0o700
	fileMode = 0o600
)

// Lock is the right to be the one process that works on a data directory. The
// operating system takes it back when the process ends, however it ends.
type Lock struct{ file *os.File }

// LockDataDir takes the lock of a data directory, and makes the directory
// (mode 0700) first if need be. The application holds it before it opens
// anything in there. Its error is one line that says who has the lock.
func LockDataDir(dir string) (*Lock, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find data directory: %w", err)
	}
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, fileMode) //nolint:gosec // the data directory is the operator's own choice
	if err != nil {
		return nil, fmt.Errorf("open lock of data directory: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("the data directory %s is in use%s: stop that process first, or choose another directory", dir, holder(file))
		return nil, errors.Join(err, file.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock data directory %s: %w", dir, err), file.Close())
	}
	lock := &Lock{file: file}
	if err := lock.sign(); err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return lock, nil
}

// sign writes the process id into the file, for the next one's error.
func (l *Lock) sign() error {
	err := l.file.Truncate(0)
	if err == nil {
		_, err = l.file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		return fmt.Errorf("write lock of data directory: %w", err)
	}
	return nil
}

// holder names the process that has the lock, as far as the file tells.
func holder(file *os.File) string {
	text := make([]byte, 20)
	n, _ := file.ReadAt(text, 0) // at worst the message names nobody
	if id := strings.TrimSpace(string(text[:n])); id != "" {
		return " by process " + id
	}
	return " by another process"
}

// Unlock gives the lock back.
func (l *Lock) Unlock() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("unlock data directory: %w", err)
	}
	return nil
}
