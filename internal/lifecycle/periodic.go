package lifecycle

import (
	"context"
	"errors"

	"seaportal/models"
)

// RunPending runs every unit whose last wish is not answered yet. The wish of a
// unit that is at work stays open until the next call.
func (e *Engine) RunPending(ctx context.Context) error {
	units, err := e.Store.UnansweredRuns(ctx)
	return errors.Join(err, someUnits(ctx, units, func(unit models.BusinessUnit) error {
		_, err := e.runUnit(ctx, unit.ID, e.unlessBusy)
		return err
	}))
}

// ScanAll runs every unit. One that is at work already owes its scan to its next
// run.
func (e *Engine) ScanAll(ctx context.Context) error {
	units, err := e.Store.Units(ctx)
	return errors.Join(err, someUnits(ctx, units, func(unit models.BusinessUnit) error {
		_, err := e.runUnit(ctx, unit.ID, e.unlessBusy)
		if errors.Is(err, errBusy) {
			e.scans.add(unit.ID)
		}
		return err
	}))
}

// PlaceAll claims and places what became due in every unit since the last scan,
// but for those that are at work already.
func (e *Engine) PlaceAll(ctx context.Context) error {
	units, err := e.Store.Units(ctx)
	return errors.Join(err, someUnits(ctx, units, func(unit models.BusinessUnit) error {
		return e.placeUnit(ctx, unit.ID, e.unlessBusy)
	}))
}

// Resume takes over what an earlier process left unfinished. Call it once at
// start, before anything else of this package.
func (e *Engine) Resume(ctx context.Context) error {
	if e.Alone {
		if err := e.Store.DropLeases(ctx); err != nil {
			return err
		}
	}
	return e.PlaceAll(ctx)
}

// eachUnit goes on with the next unit when one fails, so that one unit's
// trouble is never another's.
func eachUnit(ctx context.Context, units []models.BusinessUnit, do func(models.BusinessUnit) error) error {
	var failed []error
	for _, unit := range units {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		failed = append(failed, do(unit))
	}
	return errors.Join(failed...)
}

// unitsAtOnce bounds how many units the periodic runs are in, so that one with
// hours of work keeps few others waiting, and many at once ask not too much of S3.
const unitsAtOnce = 4

// someUnits is eachUnit, some units at a time, for what may take hours. That do
// finds a unit busy is no failure.
func someUnits(ctx context.Context, units []models.BusinessUnit, do func(models.BusinessUnit) error) error {
	failed := make([]error, len(units), len(units)+1)
	each(make(chan struct{}, unitsAtOnce), units, func(i int, unit models.BusinessUnit) {
		if ctx.Err() != nil {
			return
		}
		if err := do(unit); !errors.Is(err, errBusy) {
			failed[i] = err
		}
	})
	return errors.Join(append(failed, ctx.Err())...)
}
