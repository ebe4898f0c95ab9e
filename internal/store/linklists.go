package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// LinksQuery selects links of a unit, newest first. Zero fields do not narrow
// it; at At, a link is live that was neither revoked, used up nor locked by
// MaxPINFailures, and has not expired.
type LinksQuery struct {
	UnitID         int64
	PlacementID    int64 // only those that lead to it
	Live, Ended    bool
	At             time.Time
	MaxPINFailures int
	After          int64 // the page of older ones: smaller ids
	Before         int64 // the page of newer ones: larger ids
	Limit          int
}

// LinkOfFiles is a link with what its files come to.
type LinkOfFiles struct {
	models.Link
	Files   int    // how many it was made for
	Present int    // how many of them stand in SEA
	Bytes   int64  // of those that stand in SEA
	FirstID int64  // the placement of its first file
	Key     string // of its first file
	// Endless counts those that stand in SEA, can still be fetched and have no end,
	// as on hold; LastEnd is when the last of the others of these expires, nil for none.
	Endless int
	LastEnd *time.Time
}

const liveLink = "revoked_at IS NULL AND used_up_at IS NULL AND expires_at > ? AND pin_failures < ?"

// Links gives one page of a unit's links, newest first.
func (s *Store) Links(ctx context.Context, q LinksQuery) ([]LinkOfFiles, error) {
	db := s.db(ctx).Where("business_unit_id = ?", q.UnitID).Limit(q.Limit)
	if q.PlacementID != 0 {
		db = db.Where("id IN (SELECT link_id FROM link_files WHERE placement_id = ?)", q.PlacementID)
	}
	if q.Live {
		db = db.Where(liveLink, q.At.UTC(), q.MaxPINFailures)
	}
	if q.Ended {
		db = db.Where("NOT ("+liveLink+")", q.At.UTC(), q.MaxPINFailures)
	}
	links, err := pageOf(db, q)
	if err != nil || len(links) == 0 {
		return nil, wrap(err, "list links of business unit %d", q.UnitID)
	}
	return s.withFiles(ctx, links)
}

func pageOf(db *gorm.DB, q LinksQuery) ([]models.Link, error) {
	var links []models.Link
	if q.Before != 0 { // the page just above a row is read upwards and turned round
		err := db.Where("id > ?", q.Before).Order("id").Find(&links).Error
		slices.Reverse(links)
		return links, err
	}
	if q.After != 0 {
		db = db.Where("id < ?", q.After)
	}
	return links, db.Order("id DESC").Find(&links).Error
}

// withFiles looks up what the files of a page of links come to, in one query.
func (s *Store) withFiles(ctx context.Context, links []models.Link) ([]LinkOfFiles, error) {
	ids, at := make([]int64, len(links)), make(map[int64]int, len(links))
	all := make([]LinkOfFiles, len(links))
	for i, link := range links {
		ids[i], at[link.ID], all[i].Link = link.ID, i, link
	}
	const there = "placements.state = 'placed'"
	const left = there + " AND (links.max_downloads = 0 OR link_files.downloads < links.max_downloads)"
	const ends = "NOT placements.held AND placements.expires_at IS NOT NULL"
	rows, err := s.db(ctx).Table("link_files").Select(`link_files.link_id, COUNT(*),
			COUNT(CASE WHEN `+there+` THEN 1 END),
			COALESCE(SUM(CASE WHEN `+there+` THEN placements.size END), 0),
			MAX(CASE WHEN link_files.position = 1 THEN placements.id END),
			MAX(CASE WHEN link_files.position = 1 THEN placements.key END),
			COUNT(CASE WHEN `+left+` AND NOT (`+ends+`) THEN 1 END),
			MAX(CASE WHEN `+left+` AND `+ends+` THEN placements.expires_at END)`).
		Joins("JOIN placements ON placements.id = link_files.placement_id").
		Joins("JOIN links ON links.id = link_files.link_id").
		Where("link_files.link_id IN ?", ids).Group("link_files.link_id").Rows()
	if err != nil {
		return nil, wrap(err, "read files of links")
	}
	defer rows.Close()
	for rows.Next() {
		var sum LinkOfFiles
		var last sql.Null[instant]
		if err := rows.Scan(&sum.ID, &sum.Files, &sum.Present, &sum.Bytes, &sum.FirstID, &sum.Key, &sum.Endless, &last); err != nil {
			return nil, wrap(err, "read files of links")
		}
		if last.Valid {
			sum.LastEnd = &last.V.Time
		}
		link := &all[at[sum.ID]]
		sum.Link = link.Link
		*link = sum
	}
	return all, wrap(rows.Err(), "read files of links")
}
