package job

import (
	"context"

	"github.com/riverqueue/river"
)

const (
	runQueue    = "run"
	runWorkers  = 4
	runAttempts = 5
)

// runUnit is a wish for a run of one unit. Wishes are not unique: one that
// comes while a run is going must lead to another run.
type runUnit struct {
	UnitID int64 `json:"unit_id"`
}

// Kind names the job in the database.
func (runUnit) Kind() string { return "run_unit" }

// InsertOpts says how often a run that fails is tried, with River's growing
// and jittered pauses between.
func (runUnit) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: runQueue, MaxAttempts: runAttempts}
}

type runUnitWorker struct {
	river.WorkerDefaults[runUnit]
	run  func(ctx context.Context, unitID int64) error
	seen *ledger
}

// Work runs the unit.
func (w *runUnitWorker) Work(ctx context.Context, job *river.Job[runUnit]) error {
	unitID := job.Args.UnitID
	return w.seen.note(ctx, job.Kind, unitID, func(ctx context.Context) error { return w.run(ctx, unitID) })
}
