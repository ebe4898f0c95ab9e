package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// ancestry knows which directories may not be on stable storage yet. A new
// object makes the directories of its key; each new one is an entry in its
// parent, and the parent must be synced too or the whole branch is lost in a
// power cut. Syncing every ancestor each time would be right as well, at one
// device flush each.
type ancestry struct {
	root string // never removed, and durable before the server starts
	disk disk

	mu    sync.Mutex
	fresh map[string]int // directory → requests that found it new and have not synced it

	// Deletions remove emptied parents, under the feet of a request that has
	// just seen them. While one runs nothing that a request saw can be trusted.
	removalsBegun, removalsDone atomic.Uint64
}

func newAncestry(root string, d disk) *ancestry {
	return &ancestry{root: root, disk: d, fresh: map[string]int{}}
}

// climb is one request's view of the directories above its object.
type climb struct {
	dir     string   // the object's own directory
	fresh   []string // new directories, deepest first
	trusted bool     // no deletion was under way when they were looked at
	removal uint64
}

// begin looks at dir and its ancestors before the object is published. Each
// climb must be settled.
func (a *ancestry) begin(dir string) climb {
	begun, done := a.removalsBegun.Load(), a.removalsDone.Load()
	c := climb{dir: dir, trusted: begun == done, removal: begun}
	for d := dir; a.below(d); d = filepath.Dir(d) {
		_, err := os.Lstat(d)
		a.mu.Lock()
		known := err == nil && a.fresh[d] == 0
		if !known {
			a.fresh[d]++
			c.fresh = append(c.fresh, d)
		}
		a.mu.Unlock()
		if known { // whoever made it has synced it, and all above it
			break
		}
	}
	return c
}

// settle syncs the object's directory and the entries of all new directories
// above it. When that fails the directories stay marked, so that every later
// request syncs them again.
func (a *ancestry) settle(c climb) error {
	dirs := []string{c.dir}
	for _, d := range c.fresh {
		dirs = append(dirs, filepath.Dir(d))
	}
	if !c.trusted || a.removalsBegun.Load() != c.removal {
		dirs = dirs[:0]
		for d := c.dir; a.below(d); d = filepath.Dir(d) {
			dirs = append(dirs, d)
		}
		dirs = append(dirs, a.root)
	}
	for _, d := range dirs {
		if err := a.disk.Sync(d); err != nil {
			return err
		}
	}
	a.forget(c)
	return nil
}

// abandon ends a climb whose object was not published. Directories that were
// made for it and stand are synced, for others rely on them.
func (a *ancestry) abandon(c climb) {
	for _, d := range c.fresh {
		if _, err := os.Lstat(d); err != nil {
			continue
		}
		if err := a.disk.Sync(filepath.Dir(d)); err != nil {
			return // still marked: the next request below it syncs it
		}
	}
	a.forget(c)
}

// below tells whether dir is under the root. Only lengths are compared, so
// that a climb ends whatever path it began at.
func (a *ancestry) below(dir string) bool { return len(dir) > len(a.root) }

func (a *ancestry) forget(c climb) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, d := range c.fresh {
		if a.fresh[d]--; a.fresh[d] <= 0 {
			delete(a.fresh, d)
		}
	}
}

// removing runs act, which may remove path and emptied directories above it,
// and then makes the removal of each path durable: it syncs the deepest
// directory above it that still stands.
func (a *ancestry) removing(act func() error, paths ...string) error {
	a.removalsBegun.Add(1)
	err := act()
	a.removalsDone.Add(1)
	if err != nil {
		return err
	}
	synced := map[string]bool{}
	for _, path := range paths {
		if err := a.syncAbove(path, synced); err != nil {
			return err
		}
	}
	return nil
}

func (a *ancestry) syncAbove(path string, synced map[string]bool) error {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if synced[dir] {
			return nil
		}
		err := a.disk.Sync(dir)
		if errors.Is(err, fs.ErrNotExist) && a.below(dir) {
			continue
		}
		synced[dir] = err == nil
		return err
	}
}
