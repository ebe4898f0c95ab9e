package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"seaportal/models"
)

// Of the embedded IAM service: its users with their policies and keys. These
// methods check no limits; internal/embedded does, one mutation at a time.

// CreateIAMUser inserts a user, without policies or keys. Conflict: the name
// or id is taken.
func (s *Store) CreateIAMUser(ctx context.Context, user models.IAMUser) error {
	return wrap(s.wdb(ctx).Omit(clause.Associations).Create(&user).Error, "create IAM user %s", user.Name)
}

// IAMUser gives the user of that name, in lower case, with its policies and
// keys. NotFound when there is none.
func (s *Store) IAMUser(ctx context.Context, foldedName string) (models.IAMUser, error) {
	var user models.IAMUser
	err := wholeIAMUser(s.db(ctx)).Where("folded_name = ?", foldedName).First(&user).Error
	return user, wrap(err, "read IAM user %s", foldedName)
}

// IAMUserByAccessKey gives the user who has that access key, with all policies
// and keys. NotFound when there is none.
func (s *Store) IAMUserByAccessKey(ctx context.Context, keyID string) (models.IAMUser, error) {
	var user models.IAMUser
	owner := s.db(ctx).Model(&models.IAMAccessKey{}).Select("user_id").Where("id = ?", keyID)
	err := wholeIAMUser(s.db(ctx)).Where("id = (?)", owner).First(&user).Error
	return user, wrap(err, "read IAM user of key %s", keyID)
}

func wholeIAMUser(db *gorm.DB) *gorm.DB {
	return db.
		Preload("Policies", func(db *gorm.DB) *gorm.DB { return db.Order("name") }).
		Preload("AccessKeys", func(db *gorm.DB) *gorm.DB { return db.Order("id") })
}

// IAMUsers gives all users without policies or keys, by name. There is one for
// each business unit.
func (s *Store) IAMUsers(ctx context.Context) ([]models.IAMUser, error) {
	users, err := gorm.G[models.IAMUser](s.read).Order("folded_name").Find(ctx)
	return users, wrap(err, "read IAM users")
}

// UpdateIAMUser changes a user's name, path and ARN.
func (s *Store) UpdateIAMUser(ctx context.Context, user models.IAMUser) error {
	result := s.wdb(ctx).Model(&models.IAMUser{}).Where("id = ?", user.ID).
		Select("name", "folded_name", "path", "arn").Updates(&user)
	return wrap(changedOne(result), "update IAM user %s", user.Name)
}

// DeleteIAMUser deletes a user who has neither policies nor keys left.
// Conflict when there are some.
func (s *Store) DeleteIAMUser(ctx context.Context, id string) error {
	return wrap(s.wdb(ctx).Where("id = ?", id).Delete(&models.IAMUser{}).Error, "delete IAM user %s", id)
}

// PutIAMPolicy inserts a user's policy, or replaces the document of the one
// with that name.
func (s *Store) PutIAMPolicy(ctx context.Context, policy models.IAMPolicy) error {
	replace := clause.OnConflict{
		Columns:   []clause.Column{{Name: "user_id"}, {Name: "name"}},
		DoUpdates: clause.AssignmentColumns([]string{"document", "updated_at"}),
	}
	return wrap(s.wdb(ctx).Clauses(replace).Create(&policy).Error, "put IAM policy %s", policy.Name)
}

// DeleteIAMPolicy deletes a user's policy. ErrStale when there is none.
func (s *Store) DeleteIAMPolicy(ctx context.Context, userID, name string) error {
	result := s.wdb(ctx).Where("user_id = ? AND name = ?", userID, name).Delete(&models.IAMPolicy{})
	return wrap(changedOne(result), "delete IAM policy %s", name)
}

// CreateIAMAccessKey inserts a key. Conflict: the id is taken.
func (s *Store) CreateIAMAccessKey(ctx context.Context, key models.IAMAccessKey) error {
	return wrap(s.wdb(ctx).Create(&key).Error, "create IAM access key %s", key.ID)
}

// SetIAMAccessKeyStatus makes a key Active or Inactive. ErrStale when there is
// no such key.
func (s *Store) SetIAMAccessKeyStatus(ctx context.Context, keyID, status string) error {
	result := s.wdb(ctx).Model(&models.IAMAccessKey{}).Where("id = ?", keyID).Update("status", status)
	return wrap(changedOne(result), "set status of IAM access key %s", keyID)
}

// DeleteIAMAccessKey deletes a key. ErrStale when there is no such key.
func (s *Store) DeleteIAMAccessKey(ctx context.Context, keyID string) error {
	result := s.wdb(ctx).Where("id = ?", keyID).Delete(&models.IAMAccessKey{})
	return wrap(changedOne(result), "delete IAM access key %s", keyID)
}

// RecordIAMKeyUses notes the last use of each key, all in one transaction.
// Keys that are gone are passed over.
func (s *Store) RecordIAMKeyUses(ctx context.Context, uses map[string]models.IAMKeyUse) error {
	err := s.Tx(ctx, func(tx *Store) error {
		for keyID, use := range uses {
			err := tx.wdb(ctx).Model(&models.IAMAccessKey{}).Where("id = ?", keyID).
				Select("last_used_at", "last_used_service", "last_used_region").
				Updates(&models.IAMAccessKey{LastUse: use}).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	return wrap(err, "record the last use of %d IAM access keys", len(uses))
}
