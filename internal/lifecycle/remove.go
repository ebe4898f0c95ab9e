package lifecycle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/objects"
	"seaportal/internal/store"
	"seaportal/models"
)

// maxDelete bounds what one request may delete; the page offers at most 200.
const maxDelete = 1000

// ExpireDue removes every placed file whose time in SEA is over, and tries again
// what S3 did not delete before: a run of the unit may take hours. Some units at a
// time, so that one where S3 is slow keeps few others waiting.
func (e *Engine) ExpireDue(ctx context.Context) error {
	units, err := e.Store.UnitsWithLocation(ctx)
	return errors.Join(err, someUnits(ctx, units, func(unit models.BusinessUnit) error {
		left, err := e.resumeRemoving(ctx, unit)
		if err != nil {
			return err
		}
		for {
			expired, err := e.Store.Expired(ctx, unit.ID, e.Clock.Now(), batch)
			if err != nil || len(expired) == 0 {
				return errors.Join(err, undone(left))
			}
			stayed, err := e.remove(ctx, unit, models.System, models.RemovedExpired, expired)
			if left += stayed; err != nil {
				return errors.Join(err, undone(left))
			}
		}
	}))
}

// undone is fault.Unavailable where S3 has not deleted some files.
func undone(left int) error {
	if left == 0 {
		return nil
	}
	return fault.New(fault.Unavailable,
		fmt.Sprintf("S3 has not deleted %s yet. SEA will try again within a minute.", plural(left, "file", "files")))
}

// Delete removes placed files by an administrator's hand. Placements of another
// unit are not found; files that are not in SEA any more are passed over, so
// that a second click does no harm. A file on hold makes it Conflict, and
// nothing is removed; Unavailable says that S3 has not deleted some of them. It
// goes on when the request ends.
func (e *Engine) Delete(ctx context.Context, by models.Actor, unit models.BusinessUnit, ids []int64) error {
	ctx = context.WithoutCancel(ctx)
	rows, err := e.own(ctx, unit, ids)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Held {
			return fault.New(fault.Conflict, row.Key+" is on hold. Release it before you delete it, or leave it out of your selection.")
		}
	}
	left, err := e.remove(ctx, unit, by, models.RemovedByAdmin, rows)
	return errors.Join(err, undone(left))
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

// remove takes placed files out of SEA, all for one reason: the intents in one
// transaction, then S3, then the outcomes. The intent keeps reconciliation from
// taking our own removal for the partner's. Files on hold stay. It tells how many
// S3 did not delete.
func (e *Engine) remove(
	ctx context.Context, unit models.BusinessUnit, by models.Actor, why models.RemoveReason, rows []models.Placement,
) (left int, err error) {
	until := e.leaseEnd()
	like := models.Placement{UnitID: unit.ID, RemoveReason: why, RemovedBy: by.Name, RemovedFrom: by.Address, Owner: e.owner, LeaseUntil: &until}
	intended, err := e.Store.StartRemoving(ctx, rowIDs(rows), like)
	if err != nil {
		return 0, err
	}
	return e.finishRemovals(ctx, unit, by, why, withIDs(rows, intended))
}

func rowIDs(rows []models.Placement) []int64 {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids
}

// withIDs keeps the rows that have one of the ids.
func withIDs(rows []models.Placement, ids []int64) []models.Placement {
	wanted := make(map[int64]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	return slices.DeleteFunc(slices.Clone(rows), func(row models.Placement) bool { return !wanted[row.ID] })
}

// finishRemovals deletes from S3 and records what is gone. What S3 did not
// delete stays an intent, says why, and is tried again by a run once its lease
// is over; it keeps nothing else from going on. How many these are is told.
func (e *Engine) finishRemovals(
	ctx context.Context, unit models.BusinessUnit, by models.Actor, why models.RemoveReason, rows []models.Placement,
) (left int, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	errs := make([]error, len(rows))
	asking, stop := context.WithTimeout(ctx, leaseTime) // one request without an answer holds nothing else up
	defer stop()
	each(e.newSlots(), rows, func(i int, row models.Placement) {
		errs[i] = e.takeOut(asking, unit, row)
	})
	var gone []models.Placement
	refused := make(map[string][]int64)
	var first error
	for i, row := range rows {
		if errs[i] == nil || objects.ReasonOf(errs[i]) == objects.NotFound {
			gone = append(gone, row)
			continue
		}
		first = cmp.Or(first, errs[i])
		reason := objects.Explain(errs[i]) + "."
		refused[reason] = append(refused[reason], row.ID)
	}
	left = len(rows) - len(gone)
	err = e.recordRemovals(ctx, unit, by, why, models.PlacementRemoving, gone)
	if left == 0 || err != nil || ctx.Err() != nil {
		return left, err
	}
	e.Log.WarnContext(ctx, "files not removed yet",
		slog.String("unit", unit.Slug), slog.Int("files", left), slog.Any("error", first))
	return left, e.keepRefused(ctx, unit, refused)
}

// takeOut deletes a placement's copy and nothing else: under its name may stand
// by now what somebody put there, or another file, once this one's removal was
// recorded by whoever took it over. Where S3 does not tell, such as of an object
// whose key is disabled, the name has to do, for its time in SEA is over.
func (e *Engine) takeOut(ctx context.Context, unit models.BusinessUnit, p models.Placement) error {
	bucket, key := *unit.SEABucket, *unit.SEAPrefix+p.SEAKey
	found, err := e.Objects.Head(ctx, bucket, key)
	switch reason := objects.ReasonOf(err); {
	case reason == objects.Denied || reason == objects.Refused:
		return e.Objects.Delete(ctx, bucket, key, "")
	case err != nil:
		return err
	case found.Metadata[objects.PlacementMark] != mark(p):
		return nil
	}
	return e.Objects.Delete(ctx, bucket, key, found.ETag)
}

// keepRefused notes why S3 did not delete files, for their pages, and when they
// may be tried again.
func (e *Engine) keepRefused(ctx context.Context, unit models.BusinessUnit, refused map[string][]int64) error {
	until := e.leaseEnd()
	for reason, ids := range refused {
		like := models.Placement{UnitID: unit.ID, LastError: reason, Owner: e.owner, LeaseUntil: &until}
		if err := e.Store.RefuseRemoval(ctx, ids, like); err != nil {
			return err
		}
	}
	return nil
}

// recordRemovals writes that files have left SEA, with history, in one
// transaction.
func (e *Engine) recordRemovals(
	ctx context.Context, unit models.BusinessUnit, by models.Actor, why models.RemoveReason,
	from models.PlacementState, rows []models.Placement,
) error {
	if len(rows) == 0 {
		return nil
	}
	now := e.Clock.Now()
	like := models.Placement{UnitID: unit.ID, RemovedAt: &now, RemoveReason: why, RemovedBy: by.Name, RemovedFrom: by.Address}
	ctx = context.WithoutCancel(ctx)
	return e.Store.Tx(ctx, func(tx *store.Store) error {
		removed, err := tx.MarkRemoved(ctx, rowIDs(rows), from, like)
		if err != nil {
			return err
		}
		events := make([]history.Event, 0, len(removed))
		for _, row := range withIDs(rows, removed) {
			events = append(events, removalEvent(unit, by, why, row))
		}
		return history.Record(ctx, tx, events...)
	})
}

func removalEvent(unit models.BusinessUnit, by models.Actor, why models.RemoveReason, p models.Placement) history.Event {
	event := history.Event{
		By: by, UnitID: unit.ID, Action: "file.removed", ObjectKind: "placement", ObjectID: p.ID,
		Details: map[string]any{"key": p.Key, "sea_key": p.SEAKey, "reason": why, "by": by.Name, "size": p.Size},
	}
	switch why {
	case models.RemovedExpired:
		event.Summary = fmt.Sprintf("Deleted %s from SEA: its %d days were over", p.Key, unit.RetentionDays)
	case models.RemovedByAdmin:
		event.Summary = fmt.Sprintf("Deleted %s from SEA by hand", p.Key)
	case models.RemovedByClient:
		event.Summary = fmt.Sprintf("The partner deleted %s from SEA", p.Key)
	}
	return event
}
