package lifecycle

import (
	"context"

	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// missDeleted ends what waits for another attempt by a rule that was deleted:
// its files stay its own, and nothing places them any more.
func (e *Engine) missDeleted(ctx context.Context, unit models.BusinessUnit, report *Report) error {
	for {
		rows, err := e.Store.QueuedOfDeleted(ctx, unit.ID, batch)
		if err != nil || len(rows) == 0 {
			return err
		}
		missed, err := e.miss(ctx, unit, rows)
		if err != nil {
			return err
		}
		report.Missed += missed
	}
}

// miss ends queued placements for want of their rule, with history.
func (e *Engine) miss(ctx context.Context, unit models.BusinessUnit, rows []models.Placement) (int, error) {
	names, err := e.Store.RuleNames(ctx, unit.ID)
	if err != nil {
		return 0, err
	}
	byID := make(map[int64]outcome, len(rows))
	for _, row := range rows {
		byID[row.ID] = outcome{Placement: row, ruleName: names[row.RuleID]}.
			missed(models.SourceLeft, "Its rule was deleted before the file could be placed.")
	}
	var ended []int64
	err = e.Store.Tx(ctx, func(tx *store.Store) error {
		like := byID[rows[0].ID]
		if ended, err = tx.MissQueued(ctx, unit.ID, rowIDs(rows), like.SourceState, like.LastError); err != nil {
			return err
		}
		events := make([]history.Event, 0, len(ended))
		for _, id := range ended {
			event, _ := byID[id].event(unit)
			events = append(events, event)
		}
		return history.Record(ctx, tx, events...)
	})
	return len(ended), err
}
