package lifecycle

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"seaportal/internal/history"
	"seaportal/internal/objects"
	"seaportal/internal/store"
	"seaportal/models"
)

// targetSeen says whether the placed copies were just answered for by S3, or
// have to be looked at before their sources may go.
type targetSeen bool

const (
	seen   targetSeen = true
	unseen targetSeen = false
)

// settleSources deletes the sources of placed moves, whose intent is recorded,
// and records what became of each. A source whose content changed since stays.
// What could not be done stays an intent and says why. stuck counts what S3 did
// not do in a row: after as many as twice what is in flight, such as for want of
// a right, the others wait for the next run, unasked.
func (e *Engine) settleSources(
	ctx context.Context, unit models.BusinessUnit, moved []models.Placement, target targetSeen, slots chan struct{}, stuck *atomic.Int64,
) error {
	if len(moved) == 0 {
		return nil
	}
	answers := make([]error, len(moved))
	each(slots, moved, func(i int, p models.Placement) {
		moved[i].SourceState = models.SourceDeleting
		if e.gaveUp(stuck) {
			return
		}
		if moved[i].SourceState, answers[i] = e.deleteSource(ctx, unit, p, target); answers[i] != nil {
			stuck.Add(1)
		} else {
			stuck.Store(0)
		}
	})
	if err := e.recordSources(ctx, unit, moved); err != nil || ctx.Err() != nil {
		return err
	}
	return e.keepSources(ctx, unit, moved, answers)
}

// keepSources notes why sources could not be deleted, for the pages of their
// files, and tells the log once of all. Those that were not asked for say why the
// others were not.
func (e *Engine) keepSources(ctx context.Context, unit models.BusinessUnit, moved []models.Placement, answers []error) error {
	var first error
	for _, err := range answers {
		first = cmp.Or(first, err)
	}
	if first == nil {
		return nil
	}
	kept := make(map[string][]int64)
	var files int
	for i, p := range moved {
		if p.SourceState == models.SourceDeleting {
			reason := objects.Explain(cmp.Or(answers[i], first)) + "."
			kept[reason] = append(kept[reason], p.ID)
			files++
		}
	}
	e.Log.WarnContext(ctx, "sources of moves not deleted yet",
		slog.String("unit", unit.Slug), slog.Int("files", files), slog.Any("error", first))
	for reason, ids := range kept {
		if err := e.Store.KeepSources(ctx, ids, models.Placement{UnitID: unit.ID, LastError: reason}); err != nil {
			return err
		}
	}
	return nil
}

// deleteSource tells what became of a move's source; deleting means that it is
// not known yet, for which the error says why, and has to be tried again.
func (e *Engine) deleteSource(
	ctx context.Context, unit models.BusinessUnit, p models.Placement, target targetSeen,
) (models.SourceState, error) {
	if target == unseen {
		copied, err := e.Objects.Head(ctx, *unit.SEABucket, *unit.SEAPrefix+p.SEAKey)
		switch {
		case objects.ReasonOf(err) == objects.NotFound:
			return models.SourceSpared, nil
		case err != nil:
			return models.SourceDeleting, err
		case copied.Metadata[objects.PlacementMark] != mark(p): // another file's, which took the name since
			return models.SourceSpared, nil
		}
	}
	key := unit.ActivePrefix + p.Key
	err := e.Objects.Delete(ctx, unit.ActiveBucket, key, p.SourceETag)
	switch objects.ReasonOf(err) {
	case objects.None:
		return models.SourceDeleted, nil
	case objects.NotFound:
		return models.SourceGone, nil
	case objects.Precondition:
		return e.replacedSource(ctx, unit, key)
	case objects.Conflicting, objects.Denied, objects.Throttled, objects.Interrupted, objects.Stopped, objects.Refused:
	}
	return models.SourceDeleting, err
}

// replacedSource tells a source with other content from none at all: a server
// may answer a condition on a missing key either way.
func (e *Engine) replacedSource(ctx context.Context, unit models.BusinessUnit, key string) (models.SourceState, error) {
	_, err := e.Objects.Head(ctx, unit.ActiveBucket, key)
	switch objects.ReasonOf(err) {
	case objects.None:
		return models.SourceChanged, nil
	case objects.NotFound:
		return models.SourceGone, nil
	case objects.Precondition, objects.Conflicting, objects.Denied, objects.Throttled, objects.Interrupted,
		objects.Stopped, objects.Refused:
	}
	return models.SourceDeleting, err
}

// recordSources writes what became of sources, with history, in one
// transaction. A deleted source's file is gone from active storage.
func (e *Engine) recordSources(ctx context.Context, unit models.BusinessUnit, moved []models.Placement) error {
	byState := make(map[models.SourceState][]int64)
	byID := make(map[int64]models.Placement, len(moved))
	for _, p := range moved {
		if p.SourceState != models.SourceDeleting {
			byState[p.SourceState] = append(byState[p.SourceState], p.ID)
			byID[p.ID] = p
		}
	}
	ctx = context.WithoutCancel(ctx)
	return e.Store.Tx(ctx, func(tx *store.Store) error {
		var events []history.Event
		var gone []int64
		now := e.Clock.Now()
		for state, ids := range byState {
			like := models.Placement{UnitID: unit.ID, SourceState: state}
			if state == models.SourceDeleted {
				like.SourceDeletedAt = &now
			}
			settled, err := tx.SettleSources(ctx, ids, like)
			if err != nil {
				return err
			}
			for _, id := range settled {
				if state == models.SourceDeleted || state == models.SourceGone {
					gone = append(gone, byID[id].FileID)
				}
				events = append(events, sourceEvent(unit, byID[id]))
			}
		}
		if len(gone) > 0 {
			if err := tx.MarkGone(ctx, unit.ID, gone, now); err != nil {
				return err
			}
		}
		return history.Record(ctx, tx, events...)
	})
}

func sourceEvent(unit models.BusinessUnit, p models.Placement) history.Event {
	event := history.Event{
		By: models.System, UnitID: unit.ID, ObjectKind: "placement", ObjectID: p.ID,
		Details: map[string]any{"key": p.Key, "source_state": p.SourceState},
	}
	switch p.SourceState {
	case models.SourceDeleted:
		event.Action, event.Summary = "source.deleted", fmt.Sprintf("Took %s out of active storage after its move", p.Key)
	case models.SourceChanged:
		event.Action, event.Summary = "source.kept", fmt.Sprintf("Left %s in active storage: other content stands there since its move", p.Key)
	case models.SourceSpared:
		event.Action, event.Summary = "source.kept", fmt.Sprintf("Left %s in active storage: its copy left SEA before the move ended", p.Key)
	case models.SourceGone, models.SourceKept, models.SourceDeleting, models.SourceLeft:
		event.Action, event.Summary = "source.gone", fmt.Sprintf("Found %s gone from active storage after its move", p.Key)
	}
	return event
}
