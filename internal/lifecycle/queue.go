package lifecycle

import (
	"context"
	"time"

	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/models"
)

const day = 24 * time.Hour

// queue makes placements of a batch of a rule's due files and tells how many.
// Queuing is what uses a file up: from here on it has its one placement.
func (e *Engine) queue(ctx context.Context, r models.Rule, matcher *rule.Matcher) (int, error) {
	definition := matcher.Definition()
	if !definition.Action.Places() {
		return 0, nil
	}
	if err := e.judge(ctx, r, matcher); err != nil {
		return 0, err
	}
	now := e.Clock.Now()
	files, err := e.Store.DueFiles(ctx, r, now.Add(-time.Duration(definition.AfterDays)*day), batch)
	if err != nil {
		return 0, err
	}
	var rows []models.Placement
	var ids []int64
	for _, file := range files {
		ids = append(ids, file.ID)
		rows = append(rows, models.Placement{
			UnitID: r.UnitID, FileID: file.ID, RuleID: r.ID, RuleVersion: r.Version, Action: r.Action,
			Key: file.Key, SourceETag: file.ETag, Size: file.Size, State: models.PlacementQueued,
			SourceState: models.SourceKept, QueuedAt: now,
		})
	}
	if len(rows) == 0 {
		return 0, nil
	}
	return len(rows), e.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.Queue(ctx, rows); err != nil {
			return err
		}
		return tx.MarkProcessed(ctx, r.UnitID, ids, now)
	})
}
