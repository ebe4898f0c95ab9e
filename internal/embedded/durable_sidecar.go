package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Where the file system has no extended attributes, versitygw keeps each
// attribute as a file, in a tree beside the objects:
// {sidecar}/{bucket}/{key}/meta/{attribute}.

const sidecarMeta = "meta"

// syncSidecar syncs the attribute files of an object (of the bucket when key
// is empty) and every directory above them. It does not try to find out which
// directories are new: such file systems are for trials.
func (d *durable) syncSidecar(bucket, key string) error {
	if d.sidecar == "" {
		return nil
	}
	dir := filepath.Join(d.sidecar, bucket, key, sidecarMeta)
	attributes, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read metadata of %s/%s: %w", bucket, key, err)
	}
	for _, attribute := range attributes {
		err := d.disk.Sync(filepath.Join(dir, attribute.Name()))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // a temporary file that is gone again
			return fmt.Errorf("sync metadata of %s/%s: %w", bucket, key, err)
		}
	}
	return d.syncUpTo(d.sidecar, dir)
}

// syncSidecarRemoval makes the removal of an object's attributes durable.
func (d *durable) syncSidecarRemoval(bucket, key string) error {
	if d.sidecar == "" {
		return nil
	}
	return d.syncUpTo(d.sidecar, filepath.Join(d.sidecar, bucket, key, sidecarMeta))
}

// syncUpTo syncs dir and all directories above it as far as top, passing over
// those that do not exist.
func (d *durable) syncUpTo(top, dir string) error {
	for ; len(dir) >= len(top); dir = filepath.Dir(dir) {
		if err := d.disk.Sync(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("sync %s: %w", dir, err)
		}
	}
	return nil
}
