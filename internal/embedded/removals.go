package embedded

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
)

// removing runs act, which may remove the paths and, below their bucket, the
// directories above them that it empties. Requests that work below one of
// those are told to trust nothing that they have seen.
func (a *ancestry) removing(act func() error, paths ...string) error {
	begun := a.beginRemoval(paths)
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		for dir, at := range begun {
			at.removals--
			a.forget(dir, at)
		}
	}()
	return act()
}

func (a *ancestry) beginRemoval(paths []string) map[string]*standing {
	a.mu.Lock()
	defer a.mu.Unlock()
	begun := map[string]*standing{}
	for _, path := range paths {
		for dir := path; a.inBucket(dir) && begun[dir] == nil; dir = filepath.Dir(dir) {
			at := a.at(dir)
			at.removals++
			at.disturb()
			begun[dir] = at
		}
	}
	return begun
}

// disturb tells all who work below the directory that it may be removed.
func (s *standing) disturb() {
	if s.climbs > 0 {
		s.removed++
		s.doubt()
	}
}

// wiping runs act, which removes a whole bucket. That is rare, and disturbs
// everyone.
func (a *ancestry) wiping(act func() error) error {
	a.mu.Lock()
	a.wipes++
	for _, at := range a.dirs {
		at.disturb()
	}
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.wipes--
	}()
	return act()
}

// settleRemovals makes the removal of each path durable: it syncs the deepest
// directory above it that still stands.
func (a *ancestry) settleRemovals(paths ...string) error {
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

// inBucket tells whether dir is below a bucket's own directory, which stays
// when it is emptied.
func (a *ancestry) inBucket(dir string) bool {
	return a.below(dir) && strings.ContainsRune(dir[len(a.root)+1:], filepath.Separator)
}
