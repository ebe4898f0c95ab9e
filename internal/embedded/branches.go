package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/versity/versitygw/s3err"
)

// branchAttempts bounds how often a change is tried again because a deletion
// removed the directories that were being made for it.
const branchAttempts = 10

// retryingBranch runs act again while it loses the race of lostBranch. act must
// have no body to read twice.
func (d *durable) retryingBranch(bucket, key string, act func() error) (err error) {
	for range branchAttempts {
		if err = act(); !d.lostBranch(bucket, key, err) {
			return err
		}
	}
	return slowDown()
}

// lostBranch tells whether err came from a race that is nobody's fault: a
// deletion removes the directories that it has emptied, between two steps of a
// request that makes a deeper one in them. posix takes that for a key that is a
// directory already, and answers 409. Whether it is one can be seen.
func (d *durable) lostBranch(bucket, key string, err error) bool {
	if !errors.Is(err, s3err.GetAPIError(s3err.ErrExistingObjectIsDirectory)) && !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	path := d.path(bucket, key)
	if info, err := os.Lstat(path); err == nil && info.IsDir() {
		return false
	}
	for dir := filepath.Dir(path); len(dir) >= len(d.root); dir = filepath.Dir(dir) {
		if info, err := os.Lstat(dir); err == nil {
			return info.IsDir() // and not a file where a directory should be
		}
	}
	return false
}

// slowDown asks the client to try again: 503, which S3 clients do by themselves.
func slowDown() error { return s3err.GetAPIError(s3err.ErrSlowDown) }
