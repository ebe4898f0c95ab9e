package migrate

import "time"

type firstUser struct {
	ID           int64  `gorm:"primaryKey"`
	Email        string `gorm:"not null;uniqueIndex:users_email"`
	Name         string `gorm:"not null"`
	Role         string `gorm:"not null;size:20"`
	PasswordHash string `gorm:"not null"`
	DisabledAt   *time.Time
	LastSignInAt *time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

type firstSession struct {
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

type firstHistory struct {
	ID         int64     `gorm:"primaryKey;autoIncrement:false;index:history_unit,priority:2"`
	UnitID     int64     `gorm:"column:business_unit_id;not null;index:history_unit,priority:1"`
	At         time.Time `gorm:"not null"`
	ActorKind  string    `gorm:"not null;size:20"`
	ActorID    int64     `gorm:"not null"`
	ActorName  string    `gorm:"not null"`
	Address    string    `gorm:"not null"`
	Action     string    `gorm:"not null;size:60"`
	ObjectKind string    `gorm:"not null;size:40;index:history_object,priority:1"`
	ObjectID   int64     `gorm:"not null;index:history_object,priority:2"`
	Summary    string    `gorm:"not null"`
	Details    string    `gorm:"not null"`
	PrevHash   string    `gorm:"not null;size:64"`
	Hash       string    `gorm:"not null;size:64"`
}

type firstLease struct {
	Name  string    `gorm:"primaryKey;size:80"`
	Owner string    `gorm:"not null;size:40"`
	Until time.Time `gorm:"not null"`
}

type firstIAMUser struct {
	ID         string    `gorm:"primaryKey;size:128"`
	Name       string    `gorm:"not null;size:64"`
	FoldedName string    `gorm:"not null;size:64;uniqueIndex:iam_users_folded_name"`
	Path       string    `gorm:"not null;size:512"`
	ARN        string    `gorm:"column:arn;not null;size:2048"`
	CreatedAt  time.Time `gorm:"not null"`
}

type firstIAMPolicy struct {
	UserID    string       `gorm:"primaryKey;size:128"`
	Name      string       `gorm:"primaryKey;size:128"`
	Document  string       `gorm:"not null"`
	CreatedAt time.Time    `gorm:"not null"`
	UpdatedAt time.Time    `gorm:"not null;autoUpdateTime:false"`
	User      firstIAMUser `gorm:"foreignKey:UserID"`
}

type firstIAMAccessKey struct {
	ID        string         `gorm:"primaryKey;size:128"`
	UserID    string         `gorm:"not null;size:128;index:iam_access_keys_user"`
	Secret    []byte         `gorm:"not null"`
	Status    string         `gorm:"not null;size:16"`
	CreatedAt time.Time      `gorm:"not null"`
	LastUse   firstIAMKeyUse `gorm:"embedded;embeddedPrefix:last_used_"`
	User      firstIAMUser   `gorm:"foreignKey:UserID"`
}

type firstIAMKeyUse struct {
	At      *time.Time
	Service string `gorm:"not null;size:64"`
	Region  string `gorm:"not null;size:64"`
}

// TableName is what the foreign keys of policies and access keys name.
func (firstIAMUser) TableName() string { return "iam_users" }
