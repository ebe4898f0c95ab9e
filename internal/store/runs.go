package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// WantRun records a wish for a run of a unit's life cycle. The wish is
// answered by a run that begins after it.
func (s *Store) WantRun(ctx context.Context, unitID int64) error {
	err := s.wdb(ctx).Model(&models.BusinessUnit{}).Where("id = ?", unitID).
		UpdateColumn("scan_wanted", gorm.Expr("scan_wanted + 1")).Error
	return wrap(err, "wish for a run of unit %d", unitID)
}

// UnansweredRuns gives the units whose last wish no run has answered yet.
func (s *Store) UnansweredRuns(ctx context.Context) ([]models.BusinessUnit, error) {
	units, err := gorm.G[models.BusinessUnit](s.read).Where("scan_wanted > scan_done").Order("id").Find(ctx)
	return units, wrap(err, "read units that want a run")
}

// FinishScan records that a scan ended at a time, that it answers every wish up
// to wanted, and the sentence that says why it failed, empty if it did not.
func (s *Store) FinishScan(ctx context.Context, unitID, wanted int64, at time.Time, failure string) error {
	set := map[string]any{"scan_error": failure, "scan_done": wanted}
	if failure == "" {
		set["scanned_at"] = at
	}
	err := s.wdb(ctx).Model(&models.BusinessUnit{}).Where("id = ? AND scan_done <= ?", unitID, wanted).
		UpdateColumns(set).Error
	return wrap(err, "record scan of unit %d", unitID)
}

// UnitByID gives one unit; fault.NotFound when there is none.
func (s *Store) UnitByID(ctx context.Context, id int64) (models.BusinessUnit, error) {
	unit, err := gorm.G[models.BusinessUnit](s.read).Where("id = ?", id).First(ctx)
	return unit, wrap(err, "read unit %d", id)
}

// UnitsWithLocation gives every unit that has, or once had, SEA enabled.
func (s *Store) UnitsWithLocation(ctx context.Context) ([]models.BusinessUnit, error) {
	units, err := gorm.G[models.BusinessUnit](s.read).Where("sea_prefix IS NOT NULL").Order("id").Find(ctx)
	return units, wrap(err, "read units with a SEA location")
}
