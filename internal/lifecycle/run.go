package lifecycle

import (
	"context"
	"errors"
	"log/slog"

	"seaportal/internal/history"
	"seaportal/internal/objects"
	"seaportal/internal/store"
	"seaportal/models"
)

// Report says what one run of a unit did.
type Report struct {
	Listed  int // objects seen in active storage
	New     int // files that are new to the catalogue, or changed
	Gone    int // files that left active storage
	Skipped int // objects that S3 refused to tell of, which the next scan looks at again
	Claimed int // files that a rule took on
	Placed  int
	Failed  int
	Missed  int // placements whose source or rule went first
	Waiting int // placements that will be tried again later
}

// RequestRun records the wish for a run and returns; the run begins after it,
// and no run that is going on already counts as its answer.
func (e *Engine) RequestRun(ctx context.Context, by models.Actor, unit models.BusinessUnit) error {
	err := e.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.WantRun(ctx, unit.ID); err != nil {
			return err
		}
		return history.Record(ctx, tx, history.Event{
			By: by, UnitID: unit.ID, Action: "run.requested", ObjectKind: "business_unit", ObjectID: unit.ID,
			Summary: "Asked for a run of the life cycle of " + unit.Name,
		})
	})
	if err == nil && e.Kick != nil {
		e.Kick(unit.ID)
	}
	return err
}

// RunUnit scans a unit's active storage, claims, and places what is due. It
// waits for a run that goes on, and answers every wish that was recorded before
// it began.
func (e *Engine) RunUnit(ctx context.Context, unitID int64) (Report, error) {
	return e.runUnit(ctx, unitID, e.exclusive)
}

func (e *Engine) runUnit(ctx context.Context, unitID int64, alone within) (Report, error) {
	var report Report
	err := alone(ctx, unitID, func(ctx context.Context) error { return e.scanAndWork(ctx, unitID, &report) })
	e.logRun(ctx, unitID, report, err)
	return report, err
}

func (e *Engine) scanAndWork(ctx context.Context, unitID int64, report *Report) error {
	e.scans.take(unitID)
	unit, err := e.Store.UnitByID(ctx, unitID)
	if err != nil {
		return err
	}
	passed, err := e.scan(ctx, unit, report)
	if err != nil {
		return errors.Join(err, e.scanFailed(ctx, unit, err))
	}
	if err := e.work(ctx, unit, report); err != nil {
		return err
	}
	return e.Store.FinishScan(ctx, unit.ID, store.Scan{
		Answers: unit.ScanWanted, At: e.Clock.Now(), Skipped: passed.skipped, Problem: passed.problem(),
	})
}

// scanFailed leaves the wish open and puts the reason on the unit's page.
func (e *Engine) scanFailed(ctx context.Context, unit models.BusinessUnit, cause error) error {
	if objects.ReasonOf(cause) == objects.Stopped {
		return nil
	}
	problem := "The portal could not keep what it had read. Its log says why."
	if objects.FromS3(cause) {
		problem = objects.Explain(cause)
	}
	return e.Store.FinishScan(context.WithoutCancel(ctx), unit.ID, store.Scan{Answers: unit.ScanDone, Problem: problem})
}

// placeUnit claims and places what is due, with a scan only where one is owed.
func (e *Engine) placeUnit(ctx context.Context, unitID int64, alone within) error {
	var report Report
	err := alone(ctx, unitID, func(ctx context.Context) error {
		if e.scans.take(unitID) {
			return e.scanAndWork(ctx, unitID, &report)
		}
		unit, err := e.Store.UnitByID(ctx, unitID)
		if err != nil {
			return err
		}
		return e.work(ctx, unit, &report)
	})
	e.logRun(ctx, unitID, report, err)
	return err
}

// work is what follows a scan: take over what was left, claim, place. When the
// rules change meanwhile it begins again by what they are now.
func (e *Engine) work(ctx context.Context, unit models.BusinessUnit, report *Report) error {
	for {
		if err := e.resume(ctx, unit); err != nil {
			return err
		}
		if err := e.missDeleted(ctx, unit, report); err != nil {
			return err
		}
		if err := e.workBy(ctx, unit, report); !errors.Is(err, errRulesChanged) {
			return err
		}
	}
}

// workBy claims and places by the unit's rules as they stand; errRulesChanged
// when somebody changed them meanwhile.
func (e *Engine) workBy(ctx context.Context, unit models.BusinessUnit, report *Report) error {
	book, err := e.rules(ctx, e.Store, unit)
	if err != nil {
		return err
	}
	claimed, err := e.claim(ctx, unit, book)
	report.Claimed += claimed
	if err != nil {
		return err
	}
	if unit.SEAState != models.SEAEnabled || unit.StorageKind != models.StorageSystem {
		return nil
	}
	return e.place(ctx, unit, book, report)
}

func (e *Engine) logRun(ctx context.Context, unitID int64, r Report, err error) {
	if err != nil || r.New+r.Gone+r.Claimed+r.Placed+r.Failed+r.Missed == 0 {
		return
	}
	e.Log.InfoContext(ctx, "life cycle ran", slog.Int64("unit", unitID), slog.Int("listed", r.Listed),
		slog.Int("new", r.New), slog.Int("gone", r.Gone), slog.Int("claimed", r.Claimed),
		slog.Int("placed", r.Placed), slog.Int("failed", r.Failed), slog.Int("missed", r.Missed), slog.Int("waiting", r.Waiting))
}
