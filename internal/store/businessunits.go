package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"seaportal/models"
)

// unitsLock serialises, on PostgreSQL, whoever gives a unit its places. The
// number only has to be ours. On SQLite the write connection is the lock.
const unitsLock = 7_303_016

// LockUnits keeps every other transaction that gives units their places
// waiting until this one ends. Call it inside Tx, first.
func (s *Store) LockUnits(ctx context.Context) error {
	if s.dialect != Postgres {
		return nil
	}
	return wrap(s.wdb(ctx).Exec("SELECT pg_advisory_xact_lock(?)", unitsLock).Error, "lock business units")
}

// CreateUnit inserts a unit and sets its id. A slug that is taken gives
// fault.Conflict.
func (s *Store) CreateUnit(ctx context.Context, unit *models.BusinessUnit) error {
	return wrap(s.wdb(ctx).Create(unit).Error, "create business unit %s", unit.Slug)
}

// Unit gives one unit by its id, or fault.NotFound.
func (s *Store) Unit(ctx context.Context, id int64) (models.BusinessUnit, error) {
	unit, err := gorm.G[models.BusinessUnit](s.read).Where("id = ?", id).First(ctx)
	return unit, wrap(err, "read business unit %d", id)
}

// UnitBySlug gives one unit by its slug, or fault.NotFound.
func (s *Store) UnitBySlug(ctx context.Context, slug string) (models.BusinessUnit, error) {
	unit, err := gorm.G[models.BusinessUnit](s.read).Where("slug = ?", slug).First(ctx)
	return unit, wrap(err, "read business unit %q", slug)
}

// UnitForUpdate gives one unit and keeps every other transaction that asks
// likewise waiting until this one ends. Call it inside Tx.
func (s *Store) UnitForUpdate(ctx context.Context, id int64) (models.BusinessUnit, error) {
	var unit models.BusinessUnit
	err := s.wdb(ctx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("id = ?", id).First(&unit).Error
	return unit, wrap(err, "lock business unit %d", id)
}

// Units gives every unit by name. An installation has up to a few thousand.
func (s *Store) Units(ctx context.Context) ([]models.BusinessUnit, error) {
	units, err := gorm.G[models.BusinessUnit](s.read).Order("name, id").Find(ctx)
	return units, wrap(err, "list business units")
}

// UnitsIn gives the units whose SEA is in one of the states, by id.
func (s *Store) UnitsIn(ctx context.Context, states ...models.SEAState) ([]models.BusinessUnit, error) {
	units, err := gorm.G[models.BusinessUnit](s.read).Where("sea_state IN ?", states).Order("id").Find(ctx)
	return units, wrap(err, "list business units in %v", states)
}

// AssignLocation gives a unit its SEA location, once: a unit that has one is
// ErrStale, a location that is taken fault.Conflict.
func (s *Store) AssignLocation(ctx context.Context, id int64, bucket, prefix string) error {
	result := s.wdb(ctx).Model(&models.BusinessUnit{}).
		Where("id = ? AND sea_bucket IS NULL AND sea_prefix IS NULL", id).
		Updates(map[string]any{"sea_bucket": bucket, "sea_prefix": prefix})
	return wrap(changedOne(result), "assign location to business unit %d", id)
}

// ChangeSEA moves a unit from one SEA state to another. It gives ErrStale when
// the unit is not in the state from.
func (s *Store) ChangeSEA(ctx context.Context, id int64, from, to models.SEAState) error {
	result := s.wdb(ctx).Model(&models.BusinessUnit{}).
		Where("id = ? AND sea_state = ?", id, from).
		Updates(map[string]any{"sea_state": to, "lock_version": gorm.Expr("lock_version + 1")})
	return wrap(changedOne(result), "change SEA of business unit %d from %s to %s", id, from, to)
}

// UpdateSettings writes what a person may set for a unit, if it still has the
// lock version that they saw; else it gives ErrStale.
func (s *Store) UpdateSettings(ctx context.Context, unit models.BusinessUnit) error {
	result := s.wdb(ctx).Model(&models.BusinessUnit{}).
		Where("id = ? AND lock_version = ?", unit.ID, unit.LockVersion).
		Updates(map[string]any{
			"daily_limit": unit.DailyLimit, "folder_marker": unit.FolderMarker, "lock_version": gorm.Expr("lock_version + 1"),
		})
	return wrap(changedOne(result), "update settings of business unit %d", unit.ID)
}

// PauseRules pauses every rule of a unit that is on, and gives those that it
// paused. A rule's state is no part of its definition: versions stay.
func (s *Store) PauseRules(ctx context.Context, unitID int64) ([]models.Rule, error) {
	var paused []models.Rule
	err := s.wdb(ctx).Model(&paused).Clauses(clause.Returning{}).
		Where("business_unit_id = ? AND state = ?", unitID, models.RuleOn).
		Updates(map[string]any{"state": models.RulePaused, "lock_version": gorm.Expr("lock_version + 1")}).Error
	return paused, wrap(err, "pause rules of business unit %d", unitID)
}

// UnitTotals is what one unit has in SEA, counted from its placements. Bytes
// are those of the placed files; Soon counts the placed files that expire
// before the instant that was asked for, which files on hold do not.
type UnitTotals struct {
	UnitID         int64 `gorm:"column:business_unit_id"`
	Placed, Bytes  int64
	Soon, Unloaded int64 // Unloaded: of Soon, those that nobody downloaded
	Queued, Failed int64
	Refused        int64 // to be removed, and not deleted by S3
	Downloads      int64
}

// UnitTotals gives the totals of every unit that has placements, by unit id.
func (s *Store) UnitTotals(ctx context.Context, soon time.Time) (map[int64]UnitTotals, error) {
	var rows []UnitTotals
	err := s.db(ctx).Raw(`SELECT business_unit_id,
		COUNT(CASE WHEN state = 'placed' THEN 1 END) AS placed,
		COALESCE(SUM(CASE WHEN state = 'placed' THEN size END), 0) AS bytes,
		COUNT(CASE WHEN state = 'placed' AND NOT held AND expires_at < @soon THEN 1 END) AS soon,
		COUNT(CASE WHEN state = 'placed' AND NOT held AND expires_at < @soon AND downloads = 0 THEN 1 END) AS unloaded,
		COUNT(CASE WHEN state IN ('queued', 'placing') THEN 1 END) AS queued,
		COUNT(CASE WHEN state = 'failed' AND NOT `+wentFirst+` THEN 1 END) AS failed,
		COUNT(CASE WHEN `+refusedRemoval+` THEN 1 END) AS refused,
		COALESCE(SUM(downloads), 0) AS downloads
		FROM placements GROUP BY business_unit_id`, map[string]any{"soon": soon.UTC()}).Scan(&rows).Error
	byUnit := make(map[int64]UnitTotals, len(rows))
	for _, row := range rows {
		byUnit[row.UnitID] = row
	}
	return byUnit, wrap(err, "count placements by business unit")
}
