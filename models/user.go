package models

import "time"

// Role names a set of permissions.
type Role string

// The roles. What each may do stands in package account.
const (
	RoleAdministrator Role = "administrator"
	RoleViewer        Role = "viewer"
)

// Valid tells whether r is a role.
func (r Role) Valid() bool { return r == RoleAdministrator || r == RoleViewer }

// User is a local account. Email is kept in lower case. PasswordHash is an
// argon2id hash in PHC text form.
type User struct {
	ID           int64  `gorm:"primaryKey"`
	Email        string `gorm:"not null;uniqueIndex:users_email"`
	Name         string `gorm:"not null"`
	Role         Role   `gorm:"not null;size:20"`
	PasswordHash string `gorm:"not null"`
	DisabledAt   *time.Time
	LastSignInAt *time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Session is one browser that is or was signed in. TokenHash is the SHA-256 of
// what the cookie carries; Data is the encoded session values, which never
// hold a secret.
type Session struct {
	ID         int64  `gorm:"primaryKey"`
	TokenHash  string `gorm:"not null;size:64;uniqueIndex:sessions_token"`
	UserID     int64  `gorm:"not null;index:sessions_user"`
	Data       []byte `gorm:"not null"`
	Address    string `gorm:"not null"`
	UserAgent  string `gorm:"not null"`
	CreatedAt  time.Time
	LastSeenAt time.Time `gorm:"not null"`
	ExpiresAt  time.Time `gorm:"not null;index:sessions_expiry"`
}
