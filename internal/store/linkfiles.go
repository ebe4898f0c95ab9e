package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// FileOfLink is a file of a link, with its placement as it is now.
type FileOfLink struct {
	models.Placement `gorm:"embedded"`
	Position         int // in the link, from 1
	Fetched          int // how often it was fetched with the link
}

// FilesOfLink gives all files of a link of a unit by position, whatever became
// of them.
func (s *Store) FilesOfLink(ctx context.Context, unitID, linkID int64) ([]FileOfLink, error) {
	var rows []FileOfLink
	err := s.db(ctx).Table("link_files").
		Select("placements.*, link_files.position AS position, link_files.downloads AS fetched").
		Joins("JOIN placements ON placements.id = link_files.placement_id AND placements.business_unit_id = ?", unitID).
		Where("link_files.link_id = ?", linkID).Order("link_files.position").Scan(&rows).Error
	return rows, wrap(err, "read files of link %d", linkID)
}

// CountFetched counts one download of each of some files of a link, by position, and marks
// the link as used up when none of its files may be fetched again. Call it in a
// transaction that holds the link.
func (s *Store) CountFetched(ctx context.Context, link models.Link, positions []int, at time.Time) error {
	err := s.wdb(ctx).Model(&models.LinkFile{}).Where("link_id = ? AND position IN ?", link.ID, positions).
		Update("downloads", gorm.Expr("downloads + 1")).Error
	if err != nil {
		return wrap(err, "count downloads of link %d", link.ID)
	}
	err = s.wdb(ctx).Model(&models.Link{}).Where("id = ?", link.ID).Update("downloads", gorm.Expr("downloads + ?", len(positions))).Error
	if err != nil || link.MaxDownloads == 0 {
		return wrap(err, "count download of link %d", link.ID)
	}
	err = s.wdb(ctx).Model(&models.Link{}).Where("id = ? AND used_up_at IS NULL", link.ID).
		Where("NOT EXISTS (SELECT 1 FROM link_files WHERE link_id = ? AND downloads < ?)", link.ID, link.MaxDownloads).
		Update("used_up_at", at.UTC()).Error
	return wrap(err, "mark link %d as used up", link.ID)
}
