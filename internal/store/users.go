package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// UserByEmail finds an account by its e-mail in lower case; fault.NotFound
// where there is none.
func (s *Store) UserByEmail(ctx context.Context, email string) (models.User, error) {
	user, err := gorm.G[models.User](s.read).Where("email = ?", email).First(ctx)
	return user, wrap(err, "find user by e-mail")
}

// User finds an account by id; fault.NotFound where there is none.
func (s *Store) User(ctx context.Context, id int64) (models.User, error) {
	user, err := gorm.G[models.User](s.read).Where("id = ?", id).First(ctx)
	return user, wrap(err, "find user %d", id)
}

// CountUsers counts all accounts, disabled ones too.
func (s *Store) CountUsers(ctx context.Context) (int64, error) {
	count, err := gorm.G[models.User](s.read).Count(ctx, "id")
	return count, wrap(err, "count users")
}

// CreateUser inserts an account and sets its id; fault.Conflict when the
// e-mail is taken.
func (s *Store) CreateUser(ctx context.Context, user *models.User) error {
	return wrap(s.wdb(ctx).Create(user).Error, "create user")
}

// SetPasswordHash replaces an account's password hash.
func (s *Store) SetPasswordHash(ctx context.Context, id int64, hash string, now time.Time) error {
	result := s.wdb(ctx).Model(&models.User{}).Where("id = ?", id).
		Updates(map[string]any{"password_hash": hash, "updated_at": now})
	return wrap(changedOne(result), "set password of user %d", id)
}

// NoteSignIn records when an account was last signed in to.
func (s *Store) NoteSignIn(ctx context.Context, id int64, now time.Time) error {
	result := s.wdb(ctx).Model(&models.User{}).Where("id = ?", id).
		UpdateColumns(map[string]any{"last_sign_in_at": now})
	return wrap(changedOne(result), "note sign-in of user %d", id)
}

// setUp is the purpose of the nonces that stand for set-up links.
const setUp = "set-up"

// ReplaceSetUpToken makes the token with this hash the only one that sets the
// installation up.
func (s *Store) ReplaceSetUpToken(ctx context.Context, hash string, now, expires time.Time) error {
	if err := s.wdb(ctx).Where("purpose = ?", setUp).Delete(&models.Nonce{}).Error; err != nil {
		return wrap(err, "drop set-up links")
	}
	token := models.Nonce{Hash: hash, Purpose: setUp, CreatedAt: now, ExpiresAt: expires}
	return wrap(s.wdb(ctx).Create(&token).Error, "make set-up link")
}

// SetUpToken tells whether a token with this hash is unused and has not
// expired; fault.NotFound where it is not.
func (s *Store) SetUpToken(ctx context.Context, hash string, now time.Time) error {
	_, err := gorm.G[models.Nonce](s.read).
		Where("hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?", hash, setUp, now).First(ctx)
	return wrap(err, "find set-up link")
}

// UseSetUpToken uses a token up. It returns ErrStale when somebody else was
// first or it has expired.
func (s *Store) UseSetUpToken(ctx context.Context, hash string, now time.Time) error {
	result := s.wdb(ctx).Model(&models.Nonce{}).
		Where("hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?", hash, setUp, now).
		UpdateColumns(map[string]any{"used_at": now})
	return wrap(changedOne(result), "use set-up link")
}
