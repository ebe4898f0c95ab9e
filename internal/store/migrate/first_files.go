package migrate

import "time"

type firstFile struct {
	ID           int64  `gorm:"primaryKey"`
	UnitID       int64  `gorm:"column:business_unit_id;not null;uniqueIndex:files_content,priority:1;index:files_current,priority:1,where:gone_at IS NULL;index:files_open,priority:1,where:rule_id IS NULL AND gone_at IS NULL"`
	Key          string `gorm:"not null;uniqueIndex:files_content,priority:2;index:files_current,priority:2,where:gone_at IS NULL"`
	ETag         string `gorm:"column:etag;not null;uniqueIndex:files_content,priority:3"`
	Size         int64  `gorm:"not null"`
	StorageClass string `gorm:"not null;size:40"`
	Checksum     string `gorm:"not null"`
	MediaType    string `gorm:"not null;size:40"`
	Attributes   string `gorm:"not null"`
	FirstSeen    time.Time
	LastModified time.Time `gorm:"not null;index:files_waiting,priority:2,where:processed_at IS NULL AND gone_at IS NULL"`
	GoneAt       *time.Time
	RuleID       *int64 `gorm:"index:files_rule;index:files_waiting,priority:1,where:processed_at IS NULL AND gone_at IS NULL"`
	RuleVersion  int    `gorm:"not null"`
	Excluded     bool   `gorm:"not null"`
	ClaimedAt    *time.Time
	ProcessedAt  *time.Time
}

type firstPlacement struct {
	ID                int64  `gorm:"primaryKey;index:placements_page,priority:2"`
	UnitID            int64  `gorm:"column:business_unit_id;not null;index:placements_page,priority:1;index:placements_state,priority:1;index:placements_unsettled,where:action = 'move' AND placed_at IS NOT NULL AND source_state IN ('kept'\\,'deleting');uniqueIndex:placements_target,priority:1,where:state IN ('placing'\\,'placed'\\,'removing')"`
	FileID            int64  `gorm:"not null;uniqueIndex:placements_file"`
	RuleID            int64  `gorm:"not null;index:placements_rule"`
	RuleVersion       int    `gorm:"not null"`
	Action            string `gorm:"not null;size:10"`
	Key               string `gorm:"not null"`
	SourceETag        string `gorm:"column:source_etag;not null"`
	SEAKey            string `gorm:"column:sea_key;not null;uniqueIndex:placements_target,priority:2,where:state IN ('placing'\\,'placed'\\,'removing')"`
	Size              int64  `gorm:"not null"`
	Checksum          string `gorm:"not null"`
	VerifiedBy        string `gorm:"not null;size:40"`
	ContentType       string `gorm:"not null"`
	State             string `gorm:"not null;size:20;index:placements_state,priority:2;index:placements_expiry,priority:1"`
	SourceState       string `gorm:"not null;size:20"`
	Attempts          int    `gorm:"not null"`
	LastError         string `gorm:"not null"`
	NextAttemptAt     *time.Time
	Owner             string `gorm:"not null;size:40"`
	LeaseUntil        *time.Time
	QueuedAt          time.Time
	PlacedAt          *time.Time
	ExpiresAt         *time.Time `gorm:"index:placements_expiry,priority:2"`
	RemovedAt         *time.Time
	RemoveReason      string `gorm:"not null;size:20"`
	RemovedBy         string `gorm:"not null"`
	SourceDeletedAt   *time.Time
	FirstDownloadedAt *time.Time
	Downloads         int64 `gorm:"not null"`
}

type firstDownload struct {
	ID          int64     `gorm:"primaryKey"`
	UnitID      int64     `gorm:"column:business_unit_id;not null"`
	PlacementID int64     `gorm:"not null;index:downloads_placement"`
	LinkID      *int64    `gorm:"index:downloads_link"`
	At          time.Time `gorm:"not null"`
	By          string    `gorm:"not null"`
	Address     string    `gorm:"not null"`
}

type firstLink struct {
	ID           int64  `gorm:"primaryKey"`
	UnitID       int64  `gorm:"column:business_unit_id;not null;index:links_unit"`
	PlacementID  int64  `gorm:"not null;index:links_placement"`
	TokenHash    string `gorm:"not null;size:64;uniqueIndex:links_token"`
	PINHash      string `gorm:"column:pin_hash;not null"`
	PINFailures  int    `gorm:"column:pin_failures;not null"`
	MaxDownloads int    `gorm:"not null"`
	Downloads    int    `gorm:"not null"`
	CreatedAt    time.Time
	CreatedBy    string    `gorm:"not null"`
	ExpiresAt    time.Time `gorm:"not null"`
	RevokedAt    *time.Time
	RevokedBy    string `gorm:"not null"`
}
