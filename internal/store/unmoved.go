package store

import (
	"context"

	"gorm.io/gorm"

	"seaportal/models"
)

// unmoved is of moves that were placed and whose source S3 did not delete when it
// was asked; of those that are being removed, the reason is another one. The first
// three conditions are those of a partial index.
const unmoved = "action = 'move' AND placed_at IS NOT NULL AND source_state IN ('kept','deleting') AND state <> 'removing' AND last_error <> ''"

// CountUnmoved counts a unit's placed moves whose source S3 has not deleted.
func (s *Store) CountUnmoved(ctx context.Context, unitID int64) (int64, error) {
	count, err := gorm.G[models.Placement](s.read).Where(ofUnit+" AND "+unmoved, unitID).Count(ctx, "*")
	return count, wrap(err, "count sources of unit %d that stay", unitID)
}

// CountUnmovedByUnit is CountUnmoved of every unit that has any, by unit id.
func (s *Store) CountUnmovedByUnit(ctx context.Context) (map[int64]int64, error) {
	var rows []struct {
		UnitID int64 `gorm:"column:business_unit_id"`
		Files  int64
	}
	err := s.db(ctx).Model(&models.Placement{}).Select("business_unit_id, COUNT(*) AS files").
		Where(unmoved).Group("business_unit_id").Find(&rows).Error
	byUnit := make(map[int64]int64, len(rows))
	for _, row := range rows {
		byUnit[row.UnitID] = row.Files
	}
	return byUnit, wrap(err, "count sources that stay by business unit")
}
