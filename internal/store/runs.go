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

// Scan is how a scan ended: that it answers every wish up to a number, and when
// it looked everything through, zero if it could not. Skipped counts the objects
// that it passed over; Problem says why of the first of them, or, where there are
// none, why the scan failed.
type Scan struct {
	Answers int64
	At      time.Time
	Skipped int
	Problem string
}

// FinishScan records how a scan of a unit ended.
func (s *Store) FinishScan(ctx context.Context, unitID int64, scan Scan) error {
	set := map[string]any{"scan_error": scan.Problem, "scan_skipped": scan.Skipped, "scan_done": scan.Answers}
	if !scan.At.IsZero() {
		set["scanned_at"] = scan.At
	}
	err := s.wdb(ctx).Model(&models.BusinessUnit{}).Where("id = ? AND scan_done <= ?", unitID, scan.Answers).
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
