package embedded

import (
	"context"
	"slices"
	"sync"
)

// keyLocks is a mutual exclusion per object. It holds an entry only for keys
// that somebody has or waits for, so its size is bounded by the requests in
// flight. Unlike striped locks it never makes two different keys wait for each
// other: one stuck client holds up its own key only.
type keyLocks struct {
	mu   sync.Mutex
	held map[string]*keyLock
}

type keyLock struct {
	free  chan struct{} // holds one token while nobody has the key
	users int           // who has it or waits for it
}

func newKeyLocks() *keyLocks { return &keyLocks{held: map[string]*keyLock{}} }

// lock waits until all names are the caller's, or until ctx ends. Names are
// taken in sorted order, so callers with overlapping sets cannot deadlock.
func (l *keyLocks) lock(ctx context.Context, names ...string) (unlock func(), err error) {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	taken := make([]string, 0, len(names))
	unlock = func() {
		for _, name := range taken {
			l.release(name, true)
		}
	}
	for _, name := range names {
		entry := l.enter(name)
		select {
		case <-entry.free:
			taken = append(taken, name)
		case <-ctx.Done():
			l.release(name, false)
			unlock()
			return nil, ctx.Err()
		}
	}
	return unlock, nil
}

func (l *keyLocks) enter(name string) *keyLock {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry, ok := l.held[name]
	if !ok {
		entry = &keyLock{free: make(chan struct{}, 1)}
		entry.free <- struct{}{}
		l.held[name] = entry
	}
	entry.users++
	return entry
}

// release leaves the queue of name, giving the token back when the caller had it.
func (l *keyLocks) release(name string, hadIt bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry := l.held[name]
	if hadIt {
		entry.free <- struct{}{}
	}
	if entry.users--; entry.users == 0 {
		delete(l.held, name)
	}
}
