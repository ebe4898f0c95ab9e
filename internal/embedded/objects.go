package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
)

const (
	objectsDir = "objects"  // below the data directory: one directory a bucket
	sidecarDir = "metadata" // of the objects, where extended attributes are missing

	// maxCopy is the largest source of one CopyObject, AWS's limit in bytes.
	maxCopy = 5 << 30
)

// openObjects opens the objects below dataDir, which is absolute, and puts our
// layers on top. It changes the working directory of the process: versitygw
// works with paths relative to it.
func openObjects(cfg Config, dataDir string) (backend.Backend, error) {
	root := filepath.Join(dataDir, objectsDir)
	if err := os.MkdirAll(root, dirMode); err != nil {
		return nil, fmt.Errorf("make object directory: %w", err)
	}
	if err := syncFileSystem(root); err != nil {
		return nil, fmt.Errorf("sync %s: %w", root, err)
	}
	sidecar, err := chooseSidecar(dataDir, root)
	if err != nil {
		return nil, err
	}
	opts := posix.PosixOpts{
		CopyObjectThreshold: maxCopy,
		SideCarDir:          sidecar,
		ForceNoObjLockFile:  true, // LockDataDir sees to it that we are alone
	}
	opts.SetNewDirPerm(dirMode)
	opts.SetNewFilePerm(fileMode)
	var attributes meta.MetadataStorer = newNamed()
	if sidecar != "" {
		if attributes, err = meta.NewSideCar(sidecar); err != nil {
			return nil, fmt.Errorf("open metadata directory: %w", err)
		}
	}
	files, err := posix.New(root, markedETags{attributes, cfg.Encryption}, opts)
	if err != nil {
		return nil, fmt.Errorf("open object directory: %w", err)
	}
	return decorate(newDurable(files, root, sidecar, osDisk{}), attributes, cfg), nil
}

// decorate puts the other layers on top of the durable one.
func decorate(files *durable, attributes meta.MetadataStorer, cfg Config) backend.Backend {
	contents := &encrypted{files: files, Encryption: cfg.Encryption, attributes: attributes}
	return listed{newGuarded(&watched{
		layer:       newRemembered(contents),
		ours:        cfg.ours,
		counterfoil: cfg.CounterfoilArgument,
		fetched:     cfg.Fetched,
		size:        contents.size,
		notify:      cfg.Notify,
		now:         func() time.Time { return time.Now().UTC() },
	})}
}

// chooseSidecar gives the directory of the metadata, empty where the file
// system has extended attributes. A choice once made stays: each way is blind
// to what the other has stored.
func chooseSidecar(dataDir, root string) (string, error) {
	sidecar := filepath.Join(dataDir, sidecarDir)
	_, err := os.Stat(sidecar)
	if err == nil {
		return sidecar, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("look for metadata directory: %w", err)
	}
	err = tryAttribute(root)
	if err == nil {
		return "", nil
	}
	if !errors.Is(err, syscall.ENOTSUP) {
		return "", fmt.Errorf("try extended attributes in %s: %w", root, err)
	}
	if err := os.Mkdir(sidecar, dirMode); err != nil {
		return "", fmt.Errorf("make metadata directory: %w", err)
	}
	return sidecar, nil
}

// tryAttribute sets an extended attribute on a new file in dir.
func tryAttribute(dir string) error {
	file, err := os.CreateTemp(dir, ".probe-")
	if err != nil {
		return err
	}
	err = meta.XattrMeta{}.StoreAttribute(file, "", "", "probe", []byte("1"))
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}
