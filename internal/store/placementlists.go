package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// PlacementsQuery selects placements of a unit, newest first. Zero fields do
// not narrow it.
type PlacementsQuery struct {
	UnitID int64
	IDs    []int64 // only those
	States []models.PlacementState
	Held   bool  // only those that a hold keeps
	Missed *bool // of the failed, only the missed ones, or only the others
	// Unmoved keeps only moves that were placed and whose source S3 has not deleted.
	Unmoved bool
	Never   bool // only those that were placed and that nobody has fetched
	Placed  bool // only those that were placed, whatever became of them
	RuleID  int64
	// PlacedFrom and PlacedUntil bound when they were placed: at or after the
	// one, before the other.
	PlacedFrom, PlacedUntil time.Time
	Search                  string // part of the key, letters a-z in any case
	After                   int64  // the page of older ones: smaller ids
	Before                  int64  // the page of newer ones: larger ids
	Limit                   int
}

// maxKey is how many bytes a key has at most (Amazon S3 User Guide, "Naming
// Amazon S3 objects").
const maxKey = 1024

// Placements gives one page, newest first.
func (s *Store) Placements(ctx context.Context, q PlacementsQuery) ([]models.Placement, error) {
	if len(q.Search) > maxKey { // part of no key; SQLite takes no pattern of any length
		return nil, nil
	}
	db := s.db(ctx).Where("business_unit_id = ?", q.UnitID).Limit(q.Limit)
	if len(q.States) > 0 {
		db = db.Where("state IN ?", q.States)
	}
	if q.Held {
		db = db.Where("held = ?", true)
	}
	if q.Missed != nil && *q.Missed {
		db = db.Where(wentFirst)
	} else if q.Missed != nil {
		db = db.Where("NOT " + wentFirst)
	}
	if q.Unmoved {
		db = db.Where("id IN (SELECT id FROM placements WHERE "+ofUnit+" AND "+unmoved+")", q.UnitID)
	}
	db = q.narrowed(db)
	if q.Search != "" {
		// LOWER folds only what the engine's locale knows: the text as typed always counts too.
		db = db.Where(`(LOWER(key) LIKE ? ESCAPE '\' OR key LIKE ? ESCAPE '\')`,
			"%"+escapeLike(strings.ToLower(q.Search))+"%", "%"+escapeLike(q.Search)+"%")
	}
	var rows []models.Placement
	if q.Before != 0 { // the page just above a row is read upwards and turned round
		err := db.Where("id > ?", q.Before).Order("id").Find(&rows).Error
		slices.Reverse(rows)
		return rows, wrap(err, "read placements of unit %d", q.UnitID)
	}
	if q.After != 0 {
		db = db.Where("id < ?", q.After)
	}
	return rows, wrap(db.Order("id DESC").Find(&rows).Error, "read placements of unit %d", q.UnitID)
}

// narrowed adds what needs no more than a comparison. The words of never are
// those of a partial index.
func (q PlacementsQuery) narrowed(db *gorm.DB) *gorm.DB {
	if len(q.IDs) > 0 {
		db = db.Where("id IN ?", q.IDs)
	}
	if q.RuleID != 0 {
		db = db.Where("rule_id = ?", q.RuleID)
	}
	if q.Never {
		db = db.Where("downloads = 0 AND placed_at IS NOT NULL")
	}
	if q.Placed {
		db = db.Where("placed_at IS NOT NULL")
	}
	if !q.PlacedFrom.IsZero() {
		db = db.Where("placed_at >= ?", q.PlacedFrom.UTC())
	}
	if !q.PlacedUntil.IsZero() {
		db = db.Where("placed_at < ?", q.PlacedUntil.UTC())
	}
	return db
}

func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// wentFirst is of failed placements that were missed, see models.Placement.Missed.
const wentFirst = "source_state IN ('changed','gone','left')"

// refusedRemoval is of placements that are to leave SEA and that S3 did not
// delete when it was asked.
const refusedRemoval = "state = 'removing' AND last_error <> ''"

// StateCount is how many placements of a unit are in a state, their size, how
// many of them a hold was put on, of the failed ones how many were missed, and
// of those being removed how many S3 has not deleted.
type StateCount struct {
	State   models.PlacementState
	Files   int64
	Bytes   int64
	Held    int64
	Missed  int64
	Refused int64
}

// CountPlacements counts a unit's placements by state.
func (s *Store) CountPlacements(ctx context.Context, unitID int64) ([]StateCount, error) {
	var counts []StateCount
	err := s.db(ctx).Model(&models.Placement{}).Select("state, COUNT(*) AS files, COALESCE(SUM(size), 0) AS bytes, COUNT(CASE WHEN held THEN 1 END) AS held, "+
		"COUNT(CASE WHEN state = 'failed' AND "+wentFirst+" THEN 1 END) AS missed, "+
		"COUNT(CASE WHEN "+refusedRemoval+" THEN 1 END) AS refused").
		Where("business_unit_id = ?", unitID).Group("state").Scan(&counts).Error
	return counts, wrap(err, "count placements of unit %d", unitID)
}

// CountFailed counts a unit's failed placements but for the missed ones.
func (s *Store) CountFailed(ctx context.Context, unitID int64) (int64, error) {
	count, err := gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND state = ? AND NOT "+wentFirst, unitID, models.PlacementFailed).Count(ctx, "*")
	return count, wrap(err, "count failed placements of unit %d", unitID)
}

// CountExpiring counts a unit's placed files that expire before a time, and
// those of them that nobody has fetched. Files on hold do not expire.
func (s *Store) CountExpiring(ctx context.Context, unitID int64, before time.Time) (all, unseen int64, err error) {
	var counts struct{ Files, Unseen int64 }
	err = s.db(ctx).Model(&models.Placement{}).
		Select("COUNT(*) AS files, COUNT(CASE WHEN downloads = 0 THEN 1 END) AS unseen").
		Where("business_unit_id = ? AND state = ? AND expires_at < ? AND held = ?", unitID, models.PlacementPlaced, before, false).
		Scan(&counts).Error
	return counts.Files, counts.Unseen, wrap(err, "count expiring files of unit %d", unitID)
}

// LastExpiry gives when the last of a unit's placed files expires that are not
// on hold, nil when none is there.
func (s *Store) LastExpiry(ctx context.Context, unitID int64) (*time.Time, error) {
	rows, err := gorm.G[models.Placement](s.read).Select("expires_at").
		Where("business_unit_id = ? AND state = ? AND held = ?", unitID, models.PlacementPlaced, false).
		Order("expires_at DESC").Limit(1).Find(ctx)
	if err != nil || len(rows) == 0 {
		return nil, wrap(err, "read last expiry of unit %d", unitID)
	}
	return rows[0].ExpiresAt, nil
}

// LastPresigned gives until when the last presigned URL to a file of the unit
// works that is in SEA; nil when none does.
func (s *Store) LastPresigned(ctx context.Context, unitID int64, now time.Time) (*time.Time, error) {
	rows, err := gorm.G[models.Placement](s.read).Select("presigned_until").
		Where("business_unit_id = ? AND presigned_until > ? AND state = ?", unitID, now.UTC(), models.PlacementPlaced).
		Order("presigned_until DESC").Limit(1).Find(ctx)
	if err != nil || len(rows) == 0 {
		return nil, wrap(err, "read the last presigned URL of unit %d", unitID)
	}
	return rows[0].PresignedUntil, nil
}

// InState gives placements of a unit in a state, by id, from after an id on.
func (s *Store) InState(ctx context.Context, unitID int64, state models.PlacementState, after int64, limit int) ([]models.Placement, error) {
	rows, err := gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND state = ? AND id > ?", unitID, state, after).Order("id").Limit(limit).Find(ctx)
	return rows, wrap(err, "read %s placements of unit %d", state, unitID)
}

// UnsettledSources gives placed moves of a unit whose source is still to be
// dealt with, by id, whatever became of the placed file since.
func (s *Store) UnsettledSources(ctx context.Context, unitID, after int64, limit int) ([]models.Placement, error) {
	rows, err := gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND action = 'move' AND placed_at IS NOT NULL AND source_state IN ('kept','deleting') AND id > ?", unitID, after).
		Order("id").Limit(limit).Find(ctx)
	return rows, wrap(err, "read unsettled sources of unit %d", unitID)
}

// Expired gives placed files of a unit whose time is over and that are not on
// hold, earliest first.
func (s *Store) Expired(ctx context.Context, unitID int64, now time.Time, limit int) ([]models.Placement, error) {
	rows, err := gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND state = ? AND expires_at <= ? AND held = ?", unitID, models.PlacementPlaced, now, false).
		Order("expires_at").Limit(limit).Find(ctx)
	return rows, wrap(err, "read expired files of unit %d", unitID)
}

// PlacedTargets gives what should stand in the SEA location, in byte order of
// the keys, from after a key on.
func (s *Store) PlacedTargets(ctx context.Context, unitID int64, after string, limit int) ([]models.Placement, error) {
	rows, err := gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND sea_key > ? AND "+inLocation, unitID, after).
		Order("sea_key").Limit(limit).Find(ctx)
	return rows, wrap(err, "read targets of unit %d", unitID)
}

// PlacedAs gives the placed files under those keys of the SEA location.
func (s *Store) PlacedAs(ctx context.Context, unitID int64, seaKeys []string) ([]models.Placement, error) {
	var rows []models.Placement
	err := s.db(ctx).Select("placements.*").Scopes(underKeys(unitID, seaKeys)).
		Where("state = ? AND "+inLocation, models.PlacementPlaced).Order("id").Find(&rows).Error
	return rows, wrap(err, "read files under %d keys", len(seaKeys))
}

// CountPlacedSince counts the files of a unit that were placed at or after a time,
// whatever became of them.
func (s *Store) CountPlacedSince(ctx context.Context, unitID int64, since time.Time) (int64, error) {
	count, err := gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND placed_at >= ?", unitID, since.UTC()).Count(ctx, "*")
	return count, wrap(err, "count placed files of unit %d", unitID)
}

// CountQueuedSince counts the placements of a unit that were last begun at or after
// a time: what a daily limit is held against.
func (s *Store) CountQueuedSince(ctx context.Context, unitID int64, since time.Time) (int64, error) {
	count, err := gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND queued_at >= ?", unitID, since).Count(ctx, "*")
	return count, wrap(err, "count placements of unit %d", unitID)
}
