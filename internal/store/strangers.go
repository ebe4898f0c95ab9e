package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"seaportal/models"
)

// SaveStrangers records objects of a unit's location that no placement
// explains. Known ones keep the time when they were first seen.
func (s *Store) SaveStrangers(ctx context.Context, rows []models.Stranger) error {
	err := s.wdb(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "business_unit_id"}, {Name: "key"}},
		DoUpdates: clause.AssignmentColumns([]string{"size", "last_modified", "last_seen"}),
	}).CreateInBatches(rows, insertBatch).Error
	return wrap(err, "record %d strangers", len(rows))
}

// DropStrangers forgets strangers of a unit that were not seen since a time.
func (s *Store) DropStrangers(ctx context.Context, unitID int64, seenBefore time.Time) error {
	err := s.wdb(ctx).Where("business_unit_id = ? AND last_seen < ?", unitID, seenBefore).Delete(&models.Stranger{}).Error
	return wrap(err, "forget strangers of unit %d", unitID)
}

// Strangers gives a unit's strangers in byte order of their keys, from after a
// key on.
func (s *Store) Strangers(ctx context.Context, unitID int64, after string, limit int) ([]models.Stranger, error) {
	rows, err := gorm.G[models.Stranger](s.read).Where("business_unit_id = ? AND key > ?", unitID, after).
		Order("key").Limit(limit).Find(ctx)
	return rows, wrap(err, "read strangers of unit %d", unitID)
}

// CountStrangers counts a unit's strangers.
func (s *Store) CountStrangers(ctx context.Context, unitID int64) (int64, error) {
	count, err := gorm.G[models.Stranger](s.read).Where("business_unit_id = ?", unitID).Count(ctx, "*")
	return count, wrap(err, "count strangers of unit %d", unitID)
}

// CountStrangersByUnit counts the strangers of every unit that has any, by unit
// id.
func (s *Store) CountStrangersByUnit(ctx context.Context) (map[int64]int64, error) {
	var rows []struct {
		UnitID  int64 `gorm:"column:business_unit_id"`
		Objects int64
	}
	err := s.db(ctx).Model(&models.Stranger{}).Select("business_unit_id, COUNT(*) AS objects").
		Group("business_unit_id").Scan(&rows).Error
	byUnit := make(map[int64]int64, len(rows))
	for _, row := range rows {
		byUnit[row.UnitID] = row.Objects
	}
	return byUnit, wrap(err, "count strangers by business unit")
}
