package store

import (
	"context"
	"time"

	"seaportal/models"
)

// RuleTally is how many files of a rule, and their size.
type RuleTally struct{ RuleID, Files, Bytes int64 }

// QueuedByRule counts the placements of a unit that are still to be placed, by
// rule.
func (s *Store) QueuedByRule(ctx context.Context, unitID int64) ([]RuleTally, error) {
	var rows []RuleTally
	err := s.db(ctx).Model(&models.Placement{}).
		Select("rule_id, COUNT(*) AS files, COALESCE(SUM(size), 0) AS bytes").
		Where("business_unit_id = ? AND state IN ?", unitID,
			[]models.PlacementState{models.PlacementQueued, models.PlacementPlacing}).
		Group("rule_id").Order("rule_id").Scan(&rows).Error
	return rows, wrap(err, "count queued files of unit %d", unitID)
}

// PlacedSince counts the files of a unit that were placed at or after a time,
// whatever became of them since.
func (s *Store) PlacedSince(ctx context.Context, unitID int64, since time.Time) (int64, error) {
	var n int64
	err := s.db(ctx).Model(&models.Placement{}).
		Where("business_unit_id = ? AND placed_at >= ?", unitID, since).Count(&n).Error
	return n, wrap(err, "count placed files of unit %d", unitID)
}
