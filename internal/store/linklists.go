package store

import (
	"context"
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
	var sums []struct {
		LinkID         int64
		Files, Present int
		Bytes, FirstID int64
		Key            string
	}
	err := s.db(ctx).Table("link_files").Select(`link_files.link_id, COUNT(*) AS files,
			COUNT(CASE WHEN placements.state = 'placed' THEN 1 END) AS present,
			COALESCE(SUM(CASE WHEN placements.state = 'placed' THEN placements.size END), 0) AS bytes,
			MAX(CASE WHEN link_files.position = 1 THEN placements.id END) AS first_id,
			MAX(CASE WHEN link_files.position = 1 THEN placements.key END) AS key`).
		Joins("JOIN placements ON placements.id = link_files.placement_id").
		Where("link_files.link_id IN ?", ids).Group("link_files.link_id").Scan(&sums).Error
	for _, sum := range sums {
		link := &all[at[sum.LinkID]]
		link.Files, link.Present, link.Bytes, link.FirstID, link.Key = sum.Files, sum.Present, sum.Bytes, sum.FirstID, sum.Key
	}
	return all, wrap(err, "read files of links")
}
