package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// InsertLink inserts a link and sets its id.
func (s *Store) InsertLink(ctx context.Context, link *models.Link) error {
	return wrap(s.wdb(ctx).Create(link).Error, "insert link to placement %d", link.PlacementID)
}

// LinkByToken gives a link by the hash of its token, or fault.NotFound. The
// token is the permission, so no unit is asked for.
func (s *Store) LinkByToken(ctx context.Context, tokenHash string) (models.Link, error) {
	link, err := gorm.G[models.Link](s.read).Where("token_hash = ?", tokenHash).First(ctx)
	return link, wrap(err, "read link")
}

// Link gives a link of a unit, or fault.NotFound.
func (s *Store) Link(ctx context.Context, unitID, id int64) (models.Link, error) {
	link, err := gorm.G[models.Link](s.read).Where("business_unit_id = ? AND id = ?", unitID, id).First(ctx)
	return link, wrap(err, "read link %d", id)
}

// LinkedFile is a link with the file that it leads to.
type LinkedFile struct {
	models.Link `gorm:"embedded"`
	Key         string
	SEAKey      string `gorm:"column:sea_key"`
	Size        int64
	State       models.PlacementState
}

// Links gives the newest links of a unit, with their files.
func (s *Store) Links(ctx context.Context, unitID int64, limit int) ([]LinkedFile, error) {
	return s.linked(ctx, unitID, s.db(ctx).Limit(limit))
}

// LinksTo gives the newest links of a unit to one of its placements.
func (s *Store) LinksTo(ctx context.Context, unitID, placementID int64, limit int) ([]LinkedFile, error) {
	return s.linked(ctx, unitID, s.db(ctx).Where("links.placement_id = ?", placementID).Limit(limit))
}

func (s *Store) linked(ctx context.Context, unitID int64, narrowed *gorm.DB) ([]LinkedFile, error) {
	var rows []LinkedFile
	err := narrowed.WithContext(ctx).Table("links").
		Select("links.*, placements.key, placements.sea_key, placements.size, placements.state").
		Joins("JOIN placements ON placements.id = links.placement_id AND placements.business_unit_id = links.business_unit_id").
		Where("links.business_unit_id = ?", unitID).Order("links.id DESC").Scan(&rows).Error
	return rows, wrap(err, "list links of business unit %d", unitID)
}

// RevokeLink ends a link of a unit. ErrStale says that it was revoked before.
func (s *Store) RevokeLink(ctx context.Context, unitID, id int64, at time.Time, by string) error {
	result := s.wdb(ctx).Model(&models.Link{}).
		Where("business_unit_id = ? AND id = ? AND revoked_at IS NULL", unitID, id).
		Updates(map[string]any{"revoked_at": at.UTC(), "revoked_by": by})
	return wrap(changedOne(result), "revoke link %d", id)
}

// CountRedemption counts one download of a link that is neither revoked,
// expired nor used up. In one statement, so that no race passes the maximum:
// ErrStale says that there is none left.
func (s *Store) CountRedemption(ctx context.Context, id int64, at time.Time) error {
	result := s.wdb(ctx).Model(&models.Link{}).
		Where("id = ? AND revoked_at IS NULL AND expires_at > ?", id, at.UTC()).
		Where("max_downloads = 0 OR downloads < max_downloads").
		Update("downloads", gorm.Expr("downloads + 1"))
	return wrap(changedOne(result), "count download of link %d", id)
}

// TakePINTry counts one wrong PIN ahead of its check, so that tries made at
// once cannot pass the limit. ErrStale says that no try is left.
func (s *Store) TakePINTry(ctx context.Context, id int64, limit int) error {
	result := s.wdb(ctx).Model(&models.Link{}).Where("id = ? AND pin_failures < ?", id, limit).
		Update("pin_failures", gorm.Expr("pin_failures + 1"))
	return wrap(changedOne(result), "take a try at the PIN of link %d", id)
}

// ReturnPINTry takes back the try of a PIN that was right.
func (s *Store) ReturnPINTry(ctx context.Context, id int64) error {
	result := s.wdb(ctx).Model(&models.Link{}).Where("id = ? AND pin_failures > 0", id).
		Update("pin_failures", gorm.Expr("pin_failures - 1"))
	return wrap(changedOne(result), "return a try at the PIN of link %d", id)
}
