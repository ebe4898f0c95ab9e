package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"seaportal/models"
)

// UsageEvent sums what arrived at, or left, a unit's SEA location within one
// day, for one rule and for files that somebody has fetched or nobody has. Day
// counts the days since 1 January 1970 UTC. The moment of an event is the
// second of the day in which it fell; Bytes times moment, summed over the
// files, is MomentHigh times MomentUnit plus MomentLow: one number of the
// database could not hold it.
type UsageEvent struct {
	RuleID     int64
	Fetched    bool
	Arrived    bool
	Day        int64
	Files      int64
	Bytes      int64
	MomentHigh int64
	MomentLow  int64
}

// MomentUnit is what MomentHigh counts in.
const MomentUnit = 1 << 16

// usageLegs are the arrivals, the departures, and what takes the arrival of a
// file back that left before it arrived, as a clock that jumps makes them: such
// a file was never there.
const usageLegs = `
SELECT rule_id, {fetched} AS fetched, 1 AS sign, 1 = 1 AS arrived, size, {placed} AS at
	FROM placements WHERE business_unit_id = @unit AND placed_at >= @from AND placed_at < @until
UNION ALL
SELECT rule_id, {fetched}, 1, 1 = 0, size, {removed}
	FROM placements WHERE business_unit_id = @unit AND removed_at >= @from AND removed_at < @until AND removed_at >= placed_at
UNION ALL
SELECT rule_id, {fetched}, -1, 1 = 1, size, {placed}
	FROM placements WHERE business_unit_id = @unit AND placed_at >= @from AND placed_at < @until AND removed_at < placed_at`

// UsageEvents sums the arrivals and departures of a unit from one instant until
// before another. Both are whole seconds: an event counts from the second in
// which it fell. Fetched are the files that somebody first fetched before seen.
func (s *Store) UsageEvents(ctx context.Context, unitID int64, from, until, seen time.Time) ([]UsageEvent, error) {
	var events []UsageEvent
	err := s.db(ctx).Raw(`SELECT rule_id, fetched, arrived, at / 86400 AS day,
		CAST(SUM(sign) AS bigint) AS files, CAST(SUM(sign * size) AS bigint) AS bytes,
		CAST(SUM(sign * (size / 65536) * (at % 86400)) AS bigint) AS moment_high,
		CAST(SUM(sign * (size % 65536) * (at % 86400)) AS bigint) AS moment_low
		FROM (`+s.seconds(usageLegs)+`) AS legs GROUP BY rule_id, fetched, arrived, at / 86400`,
		map[string]any{"unit": unitID, "from": from, "until": until, "seen": seen}).Scan(&events).Error
	return events, wrap(err, "sum usage of unit %d", unitID)
}

// FirstArrival gives when the first file of a unit was placed, nil when none
// ever was.
func (s *Store) FirstArrival(ctx context.Context, unitID int64) (*time.Time, error) {
	return s.firstArrival(ctx, gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND placed_at IS NOT NULL", unitID))
}

// FirstArrivalOfFetched gives when the first of those files of a unit was placed
// that were fetched for the first time at or after an instant, nil when none was.
func (s *Store) FirstArrivalOfFetched(ctx context.Context, unitID int64, since time.Time) (*time.Time, error) {
	return s.firstArrival(ctx, gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND placed_at IS NOT NULL AND first_downloaded_at >= ?", unitID, since))
}

func (s *Store) firstArrival(ctx context.Context, chosen gorm.ChainInterface[models.Placement]) (*time.Time, error) {
	first, err := chosen.Select("placed_at").Order("placed_at").First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // no file, no time: both are said by nil
	}
	return first.PlacedAt, wrap(err, "read first arrival")
}

// FetchedAfter gives up to limit placements of a unit that were placed before
// an instant and fetched for the first time after another placement was, or, in
// the same instant, have a larger id, in that order: what usage needs of them.
func (s *Store) FetchedAfter(ctx context.Context, after models.Placement, placedBefore time.Time, limit int) ([]models.Placement, error) {
	rows, err := gorm.G[models.Placement](s.read).
		Select("id", "business_unit_id", "rule_id", "size", "placed_at", "removed_at", "first_downloaded_at").
		Where("business_unit_id = ? AND (first_downloaded_at, id) > (?, ?) AND placed_at < ?",
			after.UnitID, after.FirstDownloadedAt, after.ID, placedBefore).
		Order("first_downloaded_at, id").Limit(limit).Find(ctx)
	return rows, wrap(err, "read files of unit %d that were fetched", after.UnitID)
}

// Ending is what is going to leave SEA within a span of time: its size, and
// size times the seconds from leaving to the end of the span, summed, as
// RestHigh times MomentUnit plus RestLow.
type Ending struct{ Bytes, RestHigh, RestLow int64 }

// EndingBetween sums the files of a unit that are in SEA at now, not on hold, and
// expire at or after one instant and before another, all of them whole seconds.
func (s *Store) EndingBetween(ctx context.Context, unitID int64, now, from, until time.Time) (Ending, error) {
	var ending Ending
	err := s.db(ctx).Raw(s.seconds(`SELECT CAST(COALESCE(SUM(size), 0) AS bigint) AS bytes,
		CAST(COALESCE(SUM((size / 65536) * (@end - {expires})), 0) AS bigint) AS rest_high,
		CAST(COALESCE(SUM((size % 65536) * (@end - {expires})), 0) AS bigint) AS rest_low
		FROM placements WHERE business_unit_id = @unit AND removed_at IS NULL AND NOT held AND expires_at >= @from AND expires_at < @until
		AND placed_at < @now`),
		map[string]any{"unit": unitID, "now": now, "from": from, "until": until, "end": until.Unix()}).Scan(&ending).Error
	return ending, wrap(err, "sum what expires of unit %d", unitID)
}

// UsageDays gives the closed days of a unit from one day to another, both
// included, by day, rule and whether fetched.
func (s *Store) UsageDays(ctx context.Context, unitID int64, from, to string) ([]models.UsageDay, error) {
	rows, err := gorm.G[models.UsageDay](s.read).
		Where("business_unit_id = ? AND day >= ? AND day <= ?", unitID, from, to).Order("day, rule_id, fetched").Find(ctx)
	return rows, wrap(err, "read usage of unit %d", unitID)
}

// ReplaceUsageDays puts rows in the place of all that a unit has from a day on.
// Call it inside Tx.
func (s *Store) ReplaceUsageDays(ctx context.Context, unitID int64, from string, rows []models.UsageDay) error {
	err := s.wdb(ctx).Where("business_unit_id = ? AND day >= ?", unitID, from).Delete(&models.UsageDay{}).Error
	if err != nil || len(rows) == 0 {
		return wrap(err, "clear usage of unit %d", unitID)
	}
	err = s.wdb(ctx).Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(rows, insertBatch).Error
	return wrap(err, "write usage of unit %d", unitID)
}

// UsageMeter tells how far a unit's days are closed; the zero value where none
// is.
func (s *Store) UsageMeter(ctx context.Context, unitID int64) (models.UsageMeter, error) {
	meter, err := gorm.G[models.UsageMeter](s.read).Where("business_unit_id = ?", unitID).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.UsageMeter{UnitID: unitID}, nil
	}
	return meter, wrap(err, "read meter of unit %d", unitID)
}

// SaveUsageMeter records how far a unit's days are closed.
func (s *Store) SaveUsageMeter(ctx context.Context, meter models.UsageMeter) error {
	err := s.wdb(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&meter).Error
	return wrap(err, "save meter of unit %d", meter.UnitID)
}
