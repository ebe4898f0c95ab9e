package store

import (
	"context"
	"time"

	"seaportal/models"
)

// UnfetchedQuery selects files in SEA that expire before an instant and that
// nobody has fetched, the earliest first. Files on hold do not expire and are
// left out. A zero UnitID means every unit.
type UnfetchedQuery struct {
	UnitID  int64
	Before  time.Time
	AfterAt time.Time // the page that follows a row: its expiry
	AfterID int64     // and its id
	Limit   int
}

// unfetched is what two partial indexes hold; the words must stay theirs, or the
// engines do not see that the indexes answer. What is being removed is in them
// and left out at the end: a comparison for equality would draw the engines to
// an index of the states.
const unfetched = "downloads = 0 AND NOT held AND removed_at IS NULL AND placed_at IS NOT NULL AND state <> 'removing'"

// Unfetched gives one page.
func (s *Store) Unfetched(ctx context.Context, q UnfetchedQuery) ([]models.Placement, error) {
	db := s.db(ctx).Where(unfetched).Where("expires_at < ?", q.Before.UTC())
	if q.UnitID != 0 {
		db = db.Where("business_unit_id = ?", q.UnitID)
	}
	if q.AfterID != 0 {
		db = db.Where("(expires_at, id) > (?, ?)", q.AfterAt.UTC(), q.AfterID)
	}
	var rows []models.Placement
	err := db.Order("expires_at, id").Limit(q.Limit).Find(&rows).Error
	return rows, wrap(err, "read files that nobody fetched")
}

// CountUnfetched counts them, and their size.
func (s *Store) CountUnfetched(ctx context.Context, unitID int64, before time.Time) (files, bytes int64, err error) {
	db := s.db(ctx).Model(&models.Placement{}).Select("COUNT(*) AS files, COALESCE(SUM(size), 0) AS bytes").
		Where(unfetched).Where("expires_at < ?", before.UTC())
	if unitID != 0 {
		db = db.Where("business_unit_id = ?", unitID)
	}
	var counts struct{ Files, Bytes int64 }
	err = db.Scan(&counts).Error
	return counts.Files, counts.Bytes, wrap(err, "count files that nobody fetched")
}
