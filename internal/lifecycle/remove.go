package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/objects"
	"seaportal/internal/store"
	"seaportal/models"
)

// maxDelete bounds what one request may delete; the page offers at most 200.
const maxDelete = 1000

// ExpireDue removes every placed file whose time in SEA is over.
func (e *Engine) ExpireDue(ctx context.Context) error {
	units, err := e.Store.UnitsWithLocation(ctx)
	return errors.Join(err, eachUnit(ctx, units, func(unit models.BusinessUnit) error {
		for {
			expired, err := e.Store.Expired(ctx, unit.ID, e.Clock.Now(), batch)
			if err != nil || len(expired) == 0 {
				return err
			}
			for i := range expired {
				expired[i].RemoveReason, expired[i].RemovedBy = models.RemovedExpired, models.System.Name
			}
			if err := e.remove(ctx, unit, models.System, expired); err != nil {
				return err
			}
		}
	}))
}

// Delete removes placed files by an administrator's hand. Placements of another
// unit are not found; files that are not in SEA any more are passed over, so
// that a second click does no harm. It goes on when the request ends.
func (e *Engine) Delete(ctx context.Context, by models.Actor, unit models.BusinessUnit, ids []int64) error {
	ctx = context.WithoutCancel(ctx)
	rows, err := e.own(ctx, unit, ids)
	if err != nil {
		return err
	}
	var placed []models.Placement
	for _, row := range rows {
		if row.State == models.PlacementPlaced {
			row.RemoveReason, row.RemovedBy = models.RemovedByAdmin, by.Name
			placed = append(placed, row)
		}
	}
	return e.remove(ctx, unit, by, placed)
}

// own reads placements that a person named; fault.NotFound unless all are the
// unit's.
func (e *Engine) own(ctx context.Context, unit models.BusinessUnit, ids []int64) ([]models.Placement, error) {
	if len(ids) == 0 {
		return nil, fault.BadInput(fault.Field{Name: "id", Msg: "Select at least one file."})
	}
	if len(ids) > maxDelete {
		return nil, fault.BadInput(fault.Field{Name: "id", Msg: fmt.Sprintf("Select at most %d files at a time.", maxDelete)})
	}
	wanted := make(map[int64]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	rows, err := e.Store.PlacementsByID(ctx, unit.ID, ids)
	if err == nil && len(rows) < len(wanted) {
		err = fault.New(fault.NotFound, "A file of your selection does not exist, or you may not see it.")
	}
	return rows, err
}

// remove takes placed files out of SEA: the intents in one transaction, then
// S3, then the outcomes. The intent keeps reconciliation from taking our own
// removal for the partner's.
func (e *Engine) remove(ctx context.Context, unit models.BusinessUnit, by models.Actor, rows []models.Placement) error {
	until := e.leaseEnd()
	intended := make([]models.Placement, 0, len(rows))
	err := e.Store.Tx(ctx, func(tx *store.Store) error {
		intended = intended[:0]
		for _, row := range rows {
			row.Owner, row.LeaseUntil = e.owner, &until
			err := tx.StartRemoving(ctx, row)
			if errors.Is(err, store.ErrStale) {
				continue // somebody else was first
			}
			if err != nil {
				return err
			}
			intended = append(intended, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.finishRemovals(ctx, unit, by, intended)
}

// finishRemovals deletes from S3 and records what is gone. What S3 did not
// delete stays an intent and is tried again by the next run.
func (e *Engine) finishRemovals(ctx context.Context, unit models.BusinessUnit, by models.Actor, rows []models.Placement) error {
	if len(rows) == 0 {
		return nil
	}
	errs := make([]error, len(rows))
	var group errgroup.Group
	group.SetLimit(e.Concurrency)
	for i, row := range rows {
		group.Go(func() error {
			errs[i] = e.Objects.Delete(ctx, *unit.SEABucket, *unit.SEAPrefix+row.SEAKey, "")
			return nil
		})
	}
	_ = group.Wait() // each error is looked at below
	var gone []models.Placement
	for i, row := range rows {
		if errs[i] != nil && objects.ReasonOf(errs[i]) != objects.NotFound {
			e.Log.WarnContext(ctx, "file not removed yet", slog.Int64("placement", row.ID), slog.Any("error", errs[i]))
			continue
		}
		gone = append(gone, row)
	}
	if err := e.recordRemovals(ctx, unit, by, models.PlacementRemoving, gone); err != nil {
		return err
	}
	if len(gone) < len(rows) {
		return fault.New(fault.Unavailable,
			fmt.Sprintf("S3 has not deleted %s yet. SEA will try again within a minute.", plural(len(rows)-len(gone), "file", "files")))
	}
	return nil
}

// recordRemovals writes that files have left SEA, with history, in one
// transaction.
func (e *Engine) recordRemovals(ctx context.Context, unit models.BusinessUnit, by models.Actor, from models.PlacementState, rows []models.Placement) error {
	if len(rows) == 0 {
		return nil
	}
	now := e.Clock.Now()
	return e.Store.Tx(context.WithoutCancel(ctx), func(tx *store.Store) error {
		var events []history.Event
		for _, row := range rows {
			row.RemovedAt = &now
			err := tx.MarkRemoved(ctx, row, from)
			if errors.Is(err, store.ErrStale) {
				continue
			}
			if err != nil {
				return err
			}
			events = append(events, removalEvent(unit, by, row))
		}
		return history.Record(ctx, tx, events...)
	})
}

func removalEvent(unit models.BusinessUnit, by models.Actor, p models.Placement) history.Event {
	event := history.Event{
		By: by, UnitID: unit.ID, Action: "file.removed", ObjectKind: "placement", ObjectID: p.ID,
		Details: map[string]any{"key": p.Key, "sea_key": p.SEAKey, "reason": p.RemoveReason, "by": p.RemovedBy, "size": p.Size},
	}
	switch p.RemoveReason {
	case models.RemovedExpired:
		event.Summary = fmt.Sprintf("Deleted %s from SEA: its %d days were over", p.Key, unit.RetentionDays)
	case models.RemovedByAdmin:
		event.Summary = fmt.Sprintf("Deleted %s from SEA by hand", p.Key)
	case models.RemovedByClient:
		event.Summary = fmt.Sprintf("The partner deleted %s from SEA", p.Key)
	}
	return event
}
