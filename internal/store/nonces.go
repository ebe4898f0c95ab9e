package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// InsertNonce keeps a new nonce, by its hash.
func (s *Store) InsertNonce(ctx context.Context, nonce models.Nonce) error {
	return wrap(s.wdb(ctx).Create(&nonce).Error, "insert nonce")
}

// Nonce gives a nonce by its hash, or fault.NotFound.
func (s *Store) Nonce(ctx context.Context, hash string) (models.Nonce, error) {
	nonce, err := gorm.G[models.Nonce](s.read).Where("hash = ?", hash).First(ctx)
	return nonce, wrap(err, "read nonce")
}

// UseNonce marks a nonce as used. ErrStale says that it was used before.
func (s *Store) UseNonce(ctx context.Context, hash string, at time.Time) error {
	result := s.wdb(ctx).Model(&models.Nonce{}).Where("hash = ? AND used_at IS NULL", hash).Update("used_at", at.UTC())
	return wrap(changedOne(result), "use nonce")
}

// DeleteNonces forgets the nonces that expired before an instant.
func (s *Store) DeleteNonces(ctx context.Context, before time.Time) error {
	err := s.wdb(ctx).Where("expires_at < ?", before.UTC()).Delete(&models.Nonce{}).Error
	return wrap(err, "delete old nonces")
}
