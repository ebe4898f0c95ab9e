package models

import "time"

// File is one object version in active storage: unit, key and ETag. Key is the
// object's key below the unit's active prefix and compares as bytes.
// Attributes is a JSON object of texts. RuleID is the claim and never changes
// once set; RuleVersion is the version of the rule that DueAt was computed by.
// DueAt is nil while nothing is to be done with the file. ProcessedAt is when
// its placement was queued.
type File struct {
	ID           int64  `gorm:"primaryKey"`
	UnitID       int64  `gorm:"column:business_unit_id;not null;uniqueIndex:files_content,priority:1;index:files_current,priority:1,where:gone_at IS NULL;index:files_open,priority:1,where:rule_id IS NULL AND gone_at IS NULL;index:files_due,priority:1,where:due_at IS NOT NULL AND processed_at IS NULL AND gone_at IS NULL"`
	Key          string `gorm:"not null;uniqueIndex:files_content,priority:2;index:files_current,priority:2,where:gone_at IS NULL"`
	ETag         string `gorm:"column:etag;not null;uniqueIndex:files_content,priority:3"`
	Size         int64  `gorm:"not null"`
	StorageClass string `gorm:"not null;size:40"`
	Checksum     string `gorm:"not null"`
	MediaType    string `gorm:"not null;size:40"`
	Attributes   string `gorm:"not null"`
	FirstSeen    time.Time
	LastModified time.Time
	GoneAt       *time.Time
	RuleID       *int64 `gorm:"index:files_rule"`
	RuleVersion  int    `gorm:"not null"`
	ClaimedAt    *time.Time
	DueAt        *time.Time `gorm:"index:files_due,priority:2,where:due_at IS NOT NULL AND processed_at IS NULL AND gone_at IS NULL"`
	ProcessedAt  *time.Time
}
