package lifecycle

import (
	"context"
	"fmt"
	"slices"

	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// Retry queues failed placements again and asks for a run. Placements of
// another unit are not found; those that did not fail are passed over.
func (e *Engine) Retry(ctx context.Context, by models.Actor, unit models.BusinessUnit, ids []int64) error {
	rows, err := e.own(ctx, unit, ids)
	if err != nil {
		return err
	}
	return e.retry(ctx, by, unit, rows)
}

// RetryFailed queues every failed placement of a unit again, but for those that
// were missed, and asks for a run.
func (e *Engine) RetryFailed(ctx context.Context, by models.Actor, unit models.BusinessUnit) error {
	var after int64
	for {
		rows, err := e.Store.InState(ctx, unit.ID, models.PlacementFailed, after, batch)
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].ID
		rows = slices.DeleteFunc(rows, models.Placement.Missed)
		if err := e.retry(ctx, by, unit, rows); err != nil {
			return err
		}
	}
}

func (e *Engine) retry(ctx context.Context, by models.Actor, unit models.BusinessUnit, rows []models.Placement) error {
	err := e.Store.Tx(ctx, func(tx *store.Store) error {
		retried, err := tx.Retry(ctx, unit.ID, rowIDs(rows))
		if err != nil {
			return err
		}
		var events []history.Event
		for _, row := range withIDs(rows, retried) {
			events = append(events, history.Event{
				By: by, UnitID: unit.ID, Action: "file.retried", ObjectKind: "placement", ObjectID: row.ID,
				Summary: fmt.Sprintf("Asked to place %s again", row.Key), Details: map[string]any{"key": row.Key},
			})
		}
		if err := tx.WantRun(ctx, unit.ID); err != nil {
			return err
		}
		return history.Record(ctx, tx, events...)
	})
	if err == nil && e.Kick != nil {
		e.Kick(unit.ID)
	}
	return err
}
