package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// ancestry knows which directories may not be on stable storage yet. A new
// object makes the directories of its key; each new one is an entry in its
// parent, and the parent must be synced too or the whole branch is lost in a
// power cut. Syncing every ancestor each time would be right as well, at one
// device flush each.
//
// What it relies on: a directory that stands and that nobody doubts has a
// durable entry, and so have all above it. Doubt comes up when a request finds
// a directory missing, when its sync fails, and when a deletion that may remove
// it meets a request that works below it. It goes when a request below it has
// synced its entry, and no such deletion came near meanwhile.
type ancestry struct {
	root string // never removed, and durable before the server starts
	disk disk   // for directories only

	mu    sync.Mutex
	dirs  map[string]*standing // those in use or in doubt, no others
	wipes int                  // removals of whole buckets under way
}

// standing is what is known of one directory.
type standing struct {
	climbs   int    // requests that work below it
	removals int    // deletions under way that may remove it
	removed  uint64 // such deletions begun while a request worked below it
	unsynced bool   // in doubt
	doubts   uint64 // how often that came up
}

func (s *standing) doubt() {
	s.unsynced = true
	s.doubts++
}

func newAncestry(root string, d disk) *ancestry {
	return &ancestry{root: root, disk: d, dirs: map[string]*standing{}}
}

// climb is one request's view of the directories above its object.
type climb struct {
	dir     string // the object's own directory
	steps   []step // from there up to the root, without the root
	trusted bool   // false syncs all of them
}

type step struct {
	dir     string
	at      *standing
	removed uint64 // at.removed when the request began
	fresh   bool   // its entry has to be synced
	doubts  uint64 // at.doubts just before that
	quiet   bool   // no deletion was under way then
}

// begin looks at dir and its ancestors before the object is published. Each
// climb must be ended. It registers at all of them before it looks: a deletion
// that begins in between finds the request, and doubts what it may remove.
func (a *ancestry) begin(dir string) *climb {
	c := &climb{dir: dir, trusted: true}
	a.mu.Lock()
	for d := dir; a.below(d); d = filepath.Dir(d) {
		at := a.at(d)
		at.climbs++
		c.steps = append(c.steps, step{dir: d, at: at, removed: at.removed})
	}
	a.mu.Unlock()
	for i := range c.steps {
		if !a.look(&c.steps[i]) { // whoever made it has synced it, and all above it
			break
		}
	}
	return c
}

// look tells whether a directory is missing or in doubt.
func (a *ancestry) look(s *step) bool {
	_, err := os.Lstat(s.dir)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil || !a.quiet(s.at) {
		s.at.doubt()
	}
	s.fresh = s.at.unsynced
	return s.fresh
}

// settle syncs the object's directory and the entries of all doubted
// directories above it, once the object stands. When that fails the doubt
// stays, so that every later request syncs them again.
func (a *ancestry) settle(c *climb) error {
	fresh := a.fresh(c)
	err := a.disk.Sync(c.dir)
	for _, s := range fresh {
		if err == nil {
			err = a.disk.Sync(filepath.Dir(s.dir))
		}
	}
	a.conclude(fresh, err)
	return err
}

// abandon is settle for an object that was not published. Directories that
// were made for it and stand are synced, for others rely on them. A failure is
// not the request's: the next one below them tries again.
func (a *ancestry) abandon(c *climb) {
	var made []step
	var err error
	for _, s := range a.fresh(c) {
		if _, missing := os.Lstat(s.dir); missing == nil && err == nil {
			err = a.disk.Sync(filepath.Dir(s.dir))
			made = append(made, s)
		}
	}
	a.conclude(made, err)
}

// fresh lists the directories whose entries must be synced now: all, when one
// that the request saw may have been removed since.
func (a *ancestry) fresh(c *climb) []step {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := !c.trusted
	for _, s := range c.steps {
		all = all || s.at.removed != s.removed
	}
	var fresh []step
	for _, s := range c.steps {
		if s.fresh || all {
			s.doubts, s.quiet = s.at.doubts, a.quiet(s.at)
			fresh = append(fresh, s)
		}
	}
	return fresh
}

// conclude ends the doubt about directories whose entries were synced, or
// renews it for all when a sync has failed.
func (a *ancestry) conclude(synced []step, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range synced {
		switch {
		case err != nil:
			s.at.doubt()
		case s.quiet && s.at.doubts == s.doubts:
			s.at.unsynced = false
		}
	}
}

// end forgets the climb, whatever became of it.
func (a *ancestry) end(c *climb) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range c.steps {
		s.at.climbs--
		a.forget(s.dir, s.at)
	}
}

// at gives what is known of dir. The caller has the mutex, and counts itself in.
func (a *ancestry) at(dir string) *standing {
	if a.dirs[dir] == nil {
		a.dirs[dir] = &standing{}
	}
	return a.dirs[dir]
}

// forget drops what is known of a directory that nobody uses: if it is not in
// doubt, or is not there, in which case the next request sees that.
func (a *ancestry) forget(dir string, s *standing) {
	if s.climbs > 0 || s.removals > 0 {
		return
	}
	if s.unsynced {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			return
		}
	}
	delete(a.dirs, dir)
}

// quiet tells whether no deletion is under way that may remove the directory.
func (a *ancestry) quiet(s *standing) bool { return s.removals == 0 && a.wipes == 0 }

// below tells whether dir is under the root. Only lengths are compared, so
// that a climb ends whatever path it began at.
func (a *ancestry) below(dir string) bool { return len(dir) > len(a.root) }
