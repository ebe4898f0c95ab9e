package embedded

import (
	"os"
	"path/filepath"
	"testing"
)

// diskFunc is a disk made of a function.
type diskFunc func(path string) error

func (f diskFunc) Sync(path string) error { return f(path) }

// What was synced is no longer what stands when a deletion came in between.
func TestARemovalDuringASyncKeepsTheDoubt(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dir := filepath.Join(root, "bucket", "dir")
	remake := func() error {
		if err := os.Remove(dir); err != nil {
			return err
		}
		return os.Mkdir(dir, dirMode)
	}
	var a *ancestry
	interrupted := false
	a = newAncestry(root, diskFunc(func(path string) error {
		if path != filepath.Dir(dir) || interrupted {
			return nil
		}
		interrupted = true // the entry is on the disk, and then goes
		return a.removing(remake, filepath.Join(dir, "object"))
	}))
	first := a.begin(dir)
	if err := os.MkdirAll(dir, dirMode); err != nil {
		t.Fatal(err)
	}
	must(t, a.settle(first))
	later := a.begin(dir)
	if len(a.fresh(later)) == 0 {
		t.Error("a directory that was made again counts as durable")
	}
	must(t, a.settle(later))
	if still := a.begin(dir); len(a.fresh(still)) != 0 {
		t.Error("a directory that was synced again is still in doubt")
	}
}

// Directories whose sync has failed are synced again by the next request.
func TestAFailedSyncKeepsTheDoubt(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dir := filepath.Join(root, "bucket", "dir")
	var outcome error
	a := newAncestry(root, diskFunc(func(string) error { return outcome }))
	c := a.begin(dir)
	if err := os.MkdirAll(dir, dirMode); err != nil {
		t.Fatal(err)
	}
	outcome = errDisk
	if err := a.settle(c); err == nil {
		t.Error("a failing sync is no fault")
	}
	a.end(c)
	outcome = nil
	if later := a.begin(dir); len(a.fresh(later)) != 2 {
		t.Errorf("%d directories in doubt, want the bucket's and its own", len(a.fresh(later)))
	}
}
