package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// CurrentManifestKey gives the key that signs manifests now, or fault.NotFound
// when none was made yet.
func (s *Store) CurrentManifestKey(ctx context.Context) (models.ManifestKey, error) {
	key, err := gorm.G[models.ManifestKey](s.read).Where("current = ?", true).First(ctx)
	return key, wrap(err, "read the key that signs manifests")
}

// ManifestKeys gives every key that is published: all but the revoked ones, the
// newest first.
func (s *Store) ManifestKeys(ctx context.Context) ([]models.ManifestKey, error) {
	keys, err := gorm.G[models.ManifestKey](s.read).Where("revoked_at IS NULL").Order("created_at DESC, id").Find(ctx)
	return keys, wrap(err, "read the keys of manifests")
}

// InsertManifestKey inserts a key. A second current one is fault.Conflict.
func (s *Store) InsertManifestKey(ctx context.Context, key models.ManifestKey) error {
	return wrap(s.wdb(ctx).Create(&key).Error, "insert manifest key %s", key.ID)
}

// RetireManifestKey makes a key sign no more, and revokes it if that is asked
// for. ErrStale says that it was not current.
func (s *Store) RetireManifestKey(ctx context.Context, id string, at time.Time, revoke bool) error {
	set := map[string]any{"current": false, "retired_at": at.UTC()}
	if revoke {
		set["revoked_at"] = at.UTC()
	}
	result := s.wdb(ctx).Model(&models.ManifestKey{}).Where("id = ? AND current = ?", id, true).Updates(set)
	return wrap(changedOne(result), "retire manifest key %s", id)
}
