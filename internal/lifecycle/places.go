package lifecycle

import "sync"

// places remembers for each unit behind which placement the next round goes on.
type places struct {
	mu    sync.Mutex
	units map[int64]int64
}

func (p *places) at(unitID int64) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.units[unitID]
}

func (p *places) set(unitID, placementID int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.units == nil {
		p.units = make(map[int64]int64)
	}
	p.units[unitID] = placementID
}
