package embedded

import "sync"

// together is a disk on which those who want the same path synced share a
// sync: who comes while one runs waits for the next, which begins after they
// came and so covers what they wrote. Many objects published into one directory
// at a time then cost a few device flushes and not one each. When a shared sync
// fails, it fails for all.
type together struct {
	disk disk

	mu     sync.Mutex
	queues map[string]*queue
}

// queue is what goes on at one path.
type queue struct {
	running, next *round // nil where there is none
}

// round is one sync.
type round struct {
	done chan struct{} // closed at its end
	err  error         // valid from then on
}

func newTogether(d disk) *together { return &together{disk: d, queues: map[string]*queue{}} }

// Sync returns once path is on stable storage as it was when Sync was called,
// or later.
func (t *together) Sync(path string) error {
	t.mu.Lock()
	q := t.queues[path]
	if q == nil {
		q = &queue{}
		t.queues[path] = q
	}
	if q.next != nil { // it has not begun
		r := q.next
		t.mu.Unlock()
		<-r.done
		return r.err
	}
	r := &round{done: make(chan struct{})}
	q.next = r
	if running := q.running; running != nil {
		t.mu.Unlock()
		<-running.done
		t.mu.Lock()
	}
	q.running, q.next = r, nil
	t.mu.Unlock()
	t.run(path, q, r)
	return r.err
}

func (t *together) run(path string, q *queue, r *round) {
	r.err = t.disk.Sync(path)
	t.mu.Lock()
	defer t.mu.Unlock()
	q.running = nil
	if q.next == nil {
		delete(t.queues, path)
	}
	close(r.done)
}
