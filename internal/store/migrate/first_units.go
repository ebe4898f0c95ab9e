package migrate

import "time"

type firstBusinessUnit struct {
	ID            int64   `gorm:"primaryKey"`
	Slug          string  `gorm:"not null;size:60;uniqueIndex:business_units_slug"`
	Name          string  `gorm:"not null"`
	Region        string  `gorm:"not null"`
	ActiveBucket  string  `gorm:"not null"`
	ActivePrefix  string  `gorm:"not null"`
	StorageKind   string  `gorm:"not null;size:20"`
	SEAState      string  `gorm:"column:sea_state;not null;size:20"`
	SEABucket     *string `gorm:"column:sea_bucket;uniqueIndex:business_units_sea,priority:1"`
	SEAPrefix     *string `gorm:"column:sea_prefix;uniqueIndex:business_units_sea,priority:2"`
	RetentionDays int     `gorm:"not null"`
	DailyLimit    int     `gorm:"not null"`
	KeyTemplate   string  `gorm:"not null"`
	ScanWanted    int64   `gorm:"not null"`
	ScanDone      int64   `gorm:"not null"`
	ScannedAt     *time.Time
	ScanError     string `gorm:"not null"`
	LockVersion   int64  `gorm:"not null"`
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

type firstRule struct {
	ID          int64  `gorm:"primaryKey"`
	UnitID      int64  `gorm:"column:business_unit_id;not null;index:rules_unit;uniqueIndex:rules_name,priority:1,where:state <> 'deleted';uniqueIndex:rules_priority,priority:1,where:state <> 'deleted'"`
	Name        string `gorm:"not null"`
	NameFold    string `gorm:"not null;uniqueIndex:rules_name,priority:2,where:state <> 'deleted'"`
	Description string `gorm:"not null"`
	StartDate   time.Time
	MediaType   string `gorm:"not null;size:40;uniqueIndex:rules_priority,priority:2,where:state <> 'deleted'"`
	Priority    int    `gorm:"not null;uniqueIndex:rules_priority,priority:3,where:state <> 'deleted'"`
	Action      string `gorm:"not null;size:10"`
	AfterDays   int    `gorm:"not null"`
	Criteria    string `gorm:"not null"`
	State       string `gorm:"not null;size:20"`
	Version     int    `gorm:"not null"`
	LockVersion int64  `gorm:"not null"`
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

type firstRuleVersion struct {
	RuleID    int64  `gorm:"primaryKey;autoIncrement:false"`
	Version   int    `gorm:"primaryKey;autoIncrement:false"`
	Snapshot  string `gorm:"not null"`
	CreatedAt time.Time
	CreatedBy string `gorm:"not null"`
}

type firstCredential struct {
	ID             int64  `gorm:"primaryKey"`
	UnitID         int64  `gorm:"column:business_unit_id;not null;index:credentials_unit;uniqueIndex:credentials_issuing,where:state = 'issuing';uniqueIndex:credentials_live,where:state IN ('active'\\,'retiring')"`
	AccessKeyID    string `gorm:"not null;index:credentials_key"`
	State          string `gorm:"not null;size:20"`
	CreatedAt      time.Time
	CreatedBy      string `gorm:"not null"`
	RetiredAt      *time.Time
	RetiredBy      string `gorm:"not null"`
	LastUsedAt     *time.Time
	VerifiedAt     *time.Time
	AcknowledgedAt *time.Time
	LeaseUntil     *time.Time
}

type firstNonce struct {
	Hash      string `gorm:"primaryKey;size:64"`
	Purpose   string `gorm:"not null;size:40"`
	UserID    int64  `gorm:"not null"`
	UnitID    int64  `gorm:"column:business_unit_id;not null"`
	CreatedAt time.Time
	ExpiresAt time.Time `gorm:"not null;index:nonces_expiry"`
	UsedAt    *time.Time
}
