package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"seaportal/models"
)

// MaxKeyAddresses is how many addresses are kept of one access key: those that
// were seen last.
const MaxKeyAddresses = 50

// AddKeyAddresses adds what keys did from addresses to what is kept of them, in
// one transaction. Requests and Refused of seen are added, its times are newer.
func (s *Store) AddKeyAddresses(ctx context.Context, seen []models.IAMKeyAddress) error {
	if len(seen) == 0 {
		return nil
	}
	err := s.Tx(ctx, func(tx *Store) error {
		add := clause.OnConflict{
			Columns: []clause.Column{{Name: "key_id"}, {Name: "address"}},
			DoUpdates: clause.Assignments(map[string]any{
				"last_at":  gorm.Expr("excluded.last_at"),
				"used_at":  gorm.Expr("COALESCE(excluded.used_at, iam_key_addresses.used_at)"),
				"requests": gorm.Expr("iam_key_addresses.requests + excluded.requests"),
				"refused":  gorm.Expr("iam_key_addresses.refused + excluded.refused"),
			}),
		}
		if err := tx.wdb(ctx).Clauses(add).CreateInBatches(seen, insertBatch).Error; err != nil {
			return err
		}
		trimmed := map[string]bool{}
		for _, at := range seen {
			if trimmed[at.KeyID] {
				continue
			}
			trimmed[at.KeyID] = true
			newest := tx.wdb(ctx).Model(&models.IAMKeyAddress{}).Select("address").Where("key_id = ?", at.KeyID).
				Order("last_at DESC, address").Limit(MaxKeyAddresses)
			err := tx.wdb(ctx).Where("key_id = ? AND address NOT IN (?)", at.KeyID, newest).Delete(&models.IAMKeyAddress{}).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	return wrap(err, "add %d addresses of access keys", len(seen))
}

// KeyAddresses gives where a key was used from, the latest first. A key that
// another server than the embedded one knows has none.
func (s *Store) KeyAddresses(ctx context.Context, keyID string) ([]models.IAMKeyAddress, error) {
	rows, err := gorm.G[models.IAMKeyAddress](s.read).Where("key_id = ?", keyID).Order("last_at DESC, address").Find(ctx)
	return rows, wrap(err, "read addresses of key %s", keyID)
}

// LastKeyUses gives when each key was last used, by key id, as far as the
// embedded server saw it.
func (s *Store) LastKeyUses(ctx context.Context) (map[string]time.Time, error) {
	rows, err := gorm.G[models.IAMKeyAddress](s.read).Where(`used_at IS NOT NULL AND NOT EXISTS (
		SELECT 1 FROM iam_key_addresses newer
		WHERE newer.key_id = iam_key_addresses.key_id AND newer.used_at > iam_key_addresses.used_at)`).Find(ctx)
	byKey := make(map[string]time.Time, len(rows))
	for _, row := range rows {
		byKey[row.KeyID] = *row.UsedAt
	}
	return byKey, wrap(err, "read last uses of keys")
}

// DropKeyAddresses forgets what was last seen before a time.
func (s *Store) DropKeyAddresses(ctx context.Context, before time.Time) error {
	err := s.wdb(ctx).Where("last_at < ?", before.UTC()).Delete(&models.IAMKeyAddress{}).Error
	return wrap(err, "drop old addresses of keys")
}
