package embedded

import (
	"errors"
	"os"
)

// disk makes what was written outlive a power cut. It is an interface so that
// a test can count, and fail, each call.
type disk interface {
	// Sync returns once path is on stable storage: the bytes and attributes of
	// a file, the entries and attributes of a directory.
	Sync(path string) error
}

// osDisk is the disk of the machine.
type osDisk struct{}

// Sync calls fsync on path.
func (osDisk) Sync(path string) error {
	file, err := os.Open(path) //nolint:gosec // paths below the data directory, made by the backend
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
