package embedded

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncFileSystem syncs all of the file system that dir is on. A process that
// was killed may have left directories that stand but are not durable yet, and
// this one would take them for durable.
func syncFileSystem(dir string) error {
	file, err := os.Open(dir) //nolint:gosec // the data directory is the operator's own choice
	if err != nil {
		return err
	}
	return errors.Join(unix.Syncfs(int(file.Fd())), file.Close())
}
