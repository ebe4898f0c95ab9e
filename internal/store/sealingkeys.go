package store

import (
	"context"

	"gorm.io/gorm"

	"seaportal/internal/sealed"
	"seaportal/models"
)

// SealingKeys gives every sealing key, the current one first.
func (s *Store) SealingKeys(ctx context.Context) ([]models.SealingKey, error) {
	keys, err := gorm.G[models.SealingKey](s.read).Order("current DESC, created_at, id").Find(ctx)
	return keys, wrap(err, "read the sealing keys")
}

// InsertSealingKey inserts a key. fault.Conflict: it is a second current one.
func (s *Store) InsertSealingKey(ctx context.Context, key models.SealingKey) error {
	return wrap(s.wdb(ctx).Create(&key).Error, "insert sealing key %s", key.ID)
}

// RetireSealingKey makes a key seal no more. ErrStale: it was not current.
func (s *Store) RetireSealingKey(ctx context.Context, id string) error {
	result := s.wdb(ctx).Model(&models.SealingKey{}).Where("id = ? AND current", id).Update("current", false)
	return wrap(changedOne(result), "retire sealing key %s", id)
}

// DeleteRetiredSealingKeys deletes the keys that seal no more and gives their
// number. fault.Conflict: something is still sealed under one of them.
func (s *Store) DeleteRetiredSealingKeys(ctx context.Context) (int64, error) {
	result := s.wdb(ctx).Where("NOT current").Delete(&models.SealingKey{})
	return result.RowsAffected, wrap(result.Error, "delete the retired sealing keys")
}

// SealedRow is a secret of some table.
type SealedRow struct {
	ID       string
	Secret   sealed.Secret
	SealedBy string
}

// SealedByOthers gives at most limit secrets of a column that are sealed under
// another key than current, or under one that the row does not name.
func (s *Store) SealedByOthers(ctx context.Context, in models.SealedColumn, current string, limit int) ([]SealedRow, error) {
	return s.sealedRows(ctx, in, limit, "sealed_by IS NULL OR sealed_by <> ?", current)
}

// SealedBy gives one secret of a column that is sealed under a key; none, where
// nothing is.
func (s *Store) SealedBy(ctx context.Context, in models.SealedColumn, key string) ([]SealedRow, error) {
	return s.sealedRows(ctx, in, 1, "sealed_by = ?", key)
}

func (s *Store) sealedRows(ctx context.Context, in models.SealedColumn, limit int, where, key string) ([]SealedRow, error) {
	var rows []SealedRow
	err := s.wdb(ctx).Table(in.Table).Select("id, "+in.Column+" AS secret, COALESCE(sealed_by, '') AS sealed_by").
		Where(where, key).Order("id").Limit(limit).Scan(&rows).Error
	return rows, wrap(err, "read the secrets of %s", in.Table)
}

// Reseal puts a secret, sealed under the key by, in a row's place. ErrStale: the
// row is gone, or somebody else resealed it.
func (s *Store) Reseal(ctx context.Context, in models.SealedColumn, row SealedRow, secret sealed.Secret, by string) error {
	result := s.wdb(ctx).Table(in.Table).Where("id = ? AND sealed_by = ?", row.ID, row.SealedBy).
		Updates(map[string]any{in.Column: secret, "sealed_by": by})
	return wrap(changedOne(result), "reseal the secret %s of %s", row.ID, in.Table)
}
