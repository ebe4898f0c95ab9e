package models

import (
	"time"

	"seaportal/internal/sealed"
)

// IAMUser is a user of the embedded IAM service. Its name is unique without
// regard to case, as on AWS: FoldedName is the name in lower case.
type IAMUser struct {
	ID         string         `gorm:"primaryKey;size:128"` // AIDA…
	Name       string         `gorm:"not null;size:64"`
	FoldedName string         `gorm:"not null;size:64;uniqueIndex:iam_users_folded_name"`
	Path       string         `gorm:"not null;size:512"`
	ARN        string         `gorm:"column:arn;not null;size:2048"`
	CreatedAt  time.Time      `gorm:"not null"`
	Policies   []IAMPolicy    `gorm:"foreignKey:UserID"`
	AccessKeys []IAMAccessKey `gorm:"foreignKey:UserID"`
}

// IAMPolicy is an inline policy of a user: Document is what was sent, byte by
// byte.
type IAMPolicy struct {
	UserID    string    `gorm:"primaryKey;size:128"`
	Name      string    `gorm:"primaryKey;size:128"`
	Document  string    `gorm:"not null"`
	CreatedAt time.Time `gorm:"not null"`
	UpdatedAt time.Time `gorm:"not null;autoUpdateTime:false"`
}

// IAMAccessKey is an access key of a user. The secret is sealed under the
// sealing key SealedBy: SigV4 cannot be verified without it, so a hash would not
// do.
type IAMAccessKey struct {
	ID        string        `gorm:"primaryKey;size:128"` // AKIA…
	UserID    string        `gorm:"not null;size:128;index:iam_access_keys_user"`
	Secret    sealed.Secret `gorm:"not null"`
	SealedBy  string        `gorm:"not null;size:36"`
	Status    string        `gorm:"not null;size:16"` // Active or Inactive, IAM's words
	CreatedAt time.Time     `gorm:"not null"`
	LastUse   IAMKeyUse     `gorm:"embedded;embeddedPrefix:last_used_"`
}

// IAMKeyUse is when, for which service and in which region a key was last
// used. At is nil for a key that never was.
type IAMKeyUse struct {
	At      *time.Time
	Service string `gorm:"not null;size:64"`
	Region  string `gorm:"not null;size:64"`
}

// IAMKeyAddress is what one access key did from one address. UsedAt is the last
// request that was answered, nil when all were refused by the key's policy;
// Refused counts those among Requests.
type IAMKeyAddress struct {
	KeyID    string    `gorm:"primaryKey;size:128"`
	Address  string    `gorm:"primaryKey;size:64"`
	FirstAt  time.Time `gorm:"not null"`
	LastAt   time.Time `gorm:"not null"`
	UsedAt   *time.Time
	Requests int64 `gorm:"not null"`
	Refused  int64 `gorm:"not null"`
}
