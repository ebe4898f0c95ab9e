package store

import (
	"context"

	"seaportal/models"
)

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
