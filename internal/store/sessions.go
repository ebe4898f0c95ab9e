package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// LiveSession finds the session whose cookie hashes to this and that has not
// expired; fault.NotFound where there is none.
func (s *Store) LiveSession(ctx context.Context, tokenHash string, now time.Time) (models.Session, error) {
	session, err := gorm.G[models.Session](s.read).
		Where("token_hash = ? AND expires_at > ?", tokenHash, now).First(ctx)
	return session, wrap(err, "find session")
}

// CreateSession inserts a session and sets its id.
func (s *Store) CreateSession(ctx context.Context, session *models.Session) error {
	return wrap(s.wdb(ctx).Create(session).Error, "create session")
}

// SaveSessionData replaces the values of a session. A session that was revoked
// meanwhile stays revoked.
func (s *Store) SaveSessionData(ctx context.Context, tokenHash string, data []byte) error {
	err := s.wdb(ctx).Model(&models.Session{}).Where("token_hash = ?", tokenHash).
		UpdateColumns(map[string]any{"data": data}).Error
	return wrap(err, "save session")
}

// TouchSession moves a session's idle expiry.
func (s *Store) TouchSession(ctx context.Context, id int64, now, expires time.Time) error {
	err := s.wdb(ctx).Model(&models.Session{}).Where("id = ?", id).
		UpdateColumns(map[string]any{"last_seen_at": now, "expires_at": expires}).Error
	return wrap(err, "touch session %d", id)
}

// DeleteSession revokes the session whose cookie hashes to this, if there is
// one.
func (s *Store) DeleteSession(ctx context.Context, tokenHash string) error {
	err := s.wdb(ctx).Where("token_hash = ?", tokenHash).Delete(&models.Session{}).Error
	return wrap(err, "delete session")
}

// DeleteSessionsOf revokes every session of an account.
func (s *Store) DeleteSessionsOf(ctx context.Context, userID int64) error {
	err := s.wdb(ctx).Where("user_id = ?", userID).Delete(&models.Session{}).Error
	return wrap(err, "delete sessions of user %d", userID)
}

// DeleteExpiredSessions removes what nobody can use any more, and tells how
// many there were.
func (s *Store) DeleteExpiredSessions(ctx context.Context, now time.Time) (int64, error) {
	result := s.wdb(ctx).Where("expires_at <= ?", now).Delete(&models.Session{})
	return result.RowsAffected, wrap(result.Error, "delete expired sessions")
}
