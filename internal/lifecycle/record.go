package lifecycle

import (
	"context"
	"errors"
	"time"

	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// record writes outcomes and their history in one transaction, and gives those
// that it wrote, also when the portal stops. A row that somebody else decided or
// took over meanwhile is left to them, with its source.
func (e *Engine) record(ctx context.Context, unit models.BusinessUnit, outcomes []outcome) ([]outcome, error) {
	ctx = context.WithoutCancel(ctx)
	var recorded []outcome
	err := e.Store.Tx(ctx, func(tx *store.Store) error {
		placed, err := e.recordPlaced(ctx, tx, unit, outcomes)
		if err != nil {
			return err
		}
		recorded = placed
		for _, o := range outcomes {
			var err error
			switch o.State {
			case models.PlacementFailed:
				err = tx.MarkFailed(ctx, o.Placement)
			case models.PlacementQueued:
				err = tx.Requeue(ctx, o.Placement)
			case models.PlacementPlacing:
				if !o.unknown { // the portal stops: the intent says it all
					continue
				}
				err = tx.Suspend(ctx, o.Placement)
			case models.PlacementPlaced, models.PlacementRemoving, models.PlacementRemoved:
				continue
			}
			if errors.Is(err, store.ErrStale) {
				continue
			}
			if err != nil {
				return err
			}
			recorded = append(recorded, o)
		}
		var events []history.Event
		for _, o := range recorded {
			if event, tell := o.event(unit); tell {
				events = append(events, event)
			}
		}
		return history.Record(ctx, tx, events...)
	})
	return recorded, err
}

// alike are placed outcomes that one statement can record.
type alike struct {
	at         time.Time
	verifiedBy string
	source     models.SourceState
	owner      string
}

// recordPlaced writes the placed outcomes, those that are alike in one
// statement, and gives those that it wrote.
func (e *Engine) recordPlaced(ctx context.Context, tx *store.Store, unit models.BusinessUnit, outcomes []outcome) ([]outcome, error) {
	now := e.Clock.Now()
	groups := make(map[alike][]int64)
	byID := make(map[int64]outcome, len(outcomes))
	for _, o := range outcomes {
		if o.State != models.PlacementPlaced {
			continue
		}
		if o.corrected {
			if err := tx.Correct(ctx, o.Placement); errors.Is(err, store.ErrStale) {
				continue
			} else if err != nil {
				return nil, err
			}
		}
		group := alike{at: now, verifiedBy: o.VerifiedBy, source: o.SourceState, owner: o.Owner}
		if o.PlacedAt != nil {
			group.at = *o.PlacedAt
		}
		groups[group] = append(groups[group], o.ID)
		byID[o.ID] = o
	}
	recorded := make([]outcome, 0, len(outcomes))
	for group, ids := range groups {
		expires := group.at.Add(time.Duration(unit.RetentionDays) * day)
		placed, err := tx.MarkPlaced(ctx, ids, models.Placement{
			UnitID: unit.ID, PlacedAt: &group.at, ExpiresAt: &expires,
			VerifiedBy: group.verifiedBy, SourceState: group.source, Owner: group.owner,
		})
		if err != nil {
			return nil, err
		}
		for _, id := range placed {
			recorded = append(recorded, byID[id])
		}
	}
	return recorded, nil
}
