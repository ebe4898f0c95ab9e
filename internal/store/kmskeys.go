package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"seaportal/models"
)

// InsertKMSKey inserts a key of the embedded KMS.
func (s *Store) InsertKMSKey(ctx context.Context, key models.KMSKey) error {
	return wrap(s.wdb(ctx).Create(&key).Error, "insert KMS key %s", key.ID)
}

// KMSKey gives a key of the embedded KMS; fault.NotFound when there is none.
func (s *Store) KMSKey(ctx context.Context, id string) (models.KMSKey, error) {
	key, err := gorm.G[models.KMSKey](s.read).Where("id = ?", id).First(ctx)
	return key, wrap(err, "read KMS key %s", id)
}

// SwitchKMSKey enables or disables a key. ErrStale when there is none.
func (s *Store) SwitchKMSKey(ctx context.Context, id string, enabled bool) error {
	result := s.wdb(ctx).Model(&models.KMSKey{}).Where("id = ?", id).Update("enabled", enabled)
	return wrap(changedOne(result), "switch KMS key %s", id)
}

// UnitKey gives the system-generated key of a unit; fault.NotFound when none
// was made yet.
func (s *Store) UnitKey(ctx context.Context, unitID int64) (models.UnitKey, error) {
	key, err := gorm.G[models.UnitKey](s.read).Where("business_unit_id = ?", unitID).First(ctx)
	return key, wrap(err, "read the key of unit %d", unitID)
}

// KeepUnitKey names a unit's system-generated key, unless one is named, and
// gives the one that is.
func (s *Store) KeepUnitKey(ctx context.Context, unitID int64, arn string, at time.Time) (models.UnitKey, error) {
	key := models.UnitKey{UnitID: unitID, ARN: arn, CreatedAt: at.UTC()}
	err := s.wdb(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "business_unit_id"}}, DoNothing: true}).Create(&key).Error
	if err != nil {
		return models.UnitKey{}, wrap(err, "keep the key of unit %d", unitID)
	}
	err = s.wdb(ctx).Where("business_unit_id = ?", unitID).First(&key).Error
	return key, wrap(err, "read the key of unit %d", unitID)
}

// SetCustomKey sets the key that encrypts what is placed in a unit from now
// on; empty for the system-generated one. ErrStale when the unit was changed
// since that version.
func (s *Store) SetCustomKey(ctx context.Context, unitID, version int64, arn string) error {
	result := s.wdb(ctx).Model(&models.BusinessUnit{}).Where("id = ? AND lock_version = ?", unitID, version).
		Updates(map[string]any{"kms_key_arn": arn, "lock_version": gorm.Expr("lock_version + 1")})
	return wrap(changedOne(result), "set the key of unit %d", unitID)
}

// KeyInUse is a key with how many files rest under it in a unit's SEA
// location.
type KeyInUse struct {
	ARN   string
	Files int64
	Bytes int64
}

// KeysInUse gives the keys that the files in a unit's SEA location rest under;
// the ARN is empty for files from before SEA encrypted.
func (s *Store) KeysInUse(ctx context.Context, unitID int64) ([]KeyInUse, error) {
	var all []KeyInUse
	err := s.db(ctx).Model(&models.Placement{}).
		Select("key_arn AS arn, COUNT(*) AS files, COALESCE(SUM(size), 0) AS bytes").
		Where("business_unit_id = ? AND state IN ?", unitID, []models.PlacementState{models.PlacementPlaced, models.PlacementRemoving}).
		Group("key_arn").Order("key_arn").Scan(&all).Error
	return all, wrap(err, "count the files under each key of unit %d", unitID)
}
