package store

import (
	"context"

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

// PlacementsByAction counts the placements that a unit's rule made, by action.
func (s *Store) PlacementsByAction(ctx context.Context, unitID, ruleID int64) (map[string]int64, error) {
	var rows []struct {
		Action string
		Files  int64
	}
	err := s.db(ctx).Model(&models.Placement{}).Select("action, COUNT(*) AS files").
		Where("business_unit_id = ? AND rule_id = ?", unitID, ruleID).Group("action").Scan(&rows).Error
	counts := make(map[string]int64, len(rows))
	for _, row := range rows {
		counts[row.Action] = row.Files
	}
	return counts, wrap(err, "count placements of rule %d", ruleID)
}
