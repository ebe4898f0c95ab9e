package lifecycle

import "sync"

// owed remembers for which units a periodic scan was passed over, since they were
// at work. The next run of such a unit scans, even where it was to place only.
type owed struct {
	mu    sync.Mutex
	units map[int64]bool
}

func (o *owed) add(unitID int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.units == nil {
		o.units = make(map[int64]bool)
	}
	o.units[unitID] = true
}

// take tells whether a scan is owed, and settles that.
func (o *owed) take(unitID int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	is := o.units[unitID]
	delete(o.units, unitID)
	return is
}
