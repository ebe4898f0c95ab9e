package job

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Run is one run of a task or of a unit.
type Run struct {
	Job     string // a task's name, or run_unit
	UnitID  int64  // of a unit's run
	Started time.Time
	Took    time.Duration
	Err     error
}

// ledger remembers the last run of everything. It is for people who look; a
// restart forgets it.
type ledger struct {
	mu   sync.Mutex
	last map[ledgerKey]Run
}

type ledgerKey struct {
	job    string
	unitID int64
}

// note runs do and remembers how it went, unless it was cut short by a stop.
func (l *ledger) note(ctx context.Context, job string, unitID int64, do func(context.Context) error) error {
	began := time.Now().UTC()
	err := do(ctx)
	if ctx.Err() != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		l.last = map[ledgerKey]Run{}
	}
	l.last[ledgerKey{job, unitID}] = Run{Job: job, UnitID: unitID, Started: began, Took: time.Since(began), Err: err}
	return err
}

func (l *ledger) recent() []Run {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.SortedFunc(maps.Values(l.last), func(a, b Run) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(a.Job, b.Job), cmp.Compare(a.UnitID, b.UnitID))
	})
}
