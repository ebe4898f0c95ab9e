package lifecycle

import "sync"

// pokes start a piece of work for a unit in the background, at most one at a
// time: what is asked for while it runs makes it run once more.
type pokes struct {
	mu      sync.Mutex
	running map[int64]bool
	again   map[int64]bool
}

// start runs work for a unit, or makes the work under way run again.
func (p *pokes) start(group *sync.WaitGroup, unitID int64, work func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		p.running, p.again = make(map[int64]bool), make(map[int64]bool)
	}
	if p.running[unitID] {
		p.again[unitID] = true
		return
	}
	p.running[unitID] = true
	group.Go(func() {
		for {
			work()
			if p.done(unitID) {
				return
			}
		}
	})
}

// done tells whether the work may end: nobody asked for it meanwhile.
func (p *pokes) done(unitID int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.again[unitID] {
		delete(p.again, unitID)
		return false
	}
	delete(p.running, unitID)
	return true
}
