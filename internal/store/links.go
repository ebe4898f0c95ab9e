package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"seaportal/models"
)

// InsertLink inserts a link with its files, and sets their ids.
func (s *Store) InsertLink(ctx context.Context, link *models.Link, files []models.LinkFile) error {
	if err := s.wdb(ctx).Create(link).Error; err != nil {
		return wrap(err, "insert link of business unit %d", link.UnitID)
	}
	for i := range files {
		files[i].LinkID = link.ID
	}
	return wrap(s.wdb(ctx).CreateInBatches(files, insertBatch).Error, "insert files of link %d", link.ID)
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

// LinkForUpdate gives a link and keeps every other transaction that asks
// likewise waiting until this one ends. Call it inside Tx.
func (s *Store) LinkForUpdate(ctx context.Context, id int64) (models.Link, error) {
	var link models.Link
	err := s.wdb(ctx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).First(&link).Error
	return link, wrap(err, "lock link %d", id)
}

// RevokeLink ends a link of a unit. ErrStale says that it was revoked before.
func (s *Store) RevokeLink(ctx context.Context, unitID, id int64, at time.Time, by string) error {
	result := s.wdb(ctx).Model(&models.Link{}).
		Where("business_unit_id = ? AND id = ? AND revoked_at IS NULL", unitID, id).
		Updates(map[string]any{"revoked_at": at.UTC(), "revoked_by": by})
	return wrap(changedOne(result), "revoke link %d", id)
}

// RevokeLinks ends every link of a unit that may still work, or only those that
// lead to a placement where that is not 0, and tells how many.
func (s *Store) RevokeLinks(ctx context.Context, unitID, placementID int64, at time.Time, by string) (int64, error) {
	db := s.wdb(ctx).Model(&models.Link{}).
		Where("business_unit_id = ? AND revoked_at IS NULL AND used_up_at IS NULL AND expires_at > ?", unitID, at.UTC())
	if placementID != 0 {
		db = db.Where("id IN (SELECT link_id FROM link_files WHERE placement_id = ?)", placementID)
	}
	result := db.Updates(map[string]any{"revoked_at": at.UTC(), "revoked_by": by})
	return result.RowsAffected, wrap(result.Error, "revoke links of business unit %d", unitID)
}

// ExtendLink makes a link of a unit last until an instant later than its end.
// ErrStale says that it is over, or lasts as long already.
func (s *Store) ExtendLink(ctx context.Context, unitID, id int64, until, at time.Time) error {
	result := s.wdb(ctx).Model(&models.Link{}).
		Where("business_unit_id = ? AND id = ? AND revoked_at IS NULL AND used_up_at IS NULL", unitID, id).
		Where("expires_at > ? AND expires_at < ?", at.UTC(), until.UTC()).
		Update("expires_at", until.UTC())
	return wrap(changedOne(result), "extend link %d", id)
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
