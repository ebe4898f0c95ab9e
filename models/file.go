package models

import (
	"slices"
	"time"
)

// File is one object version in active storage: unit, key and ETag. Key is the
// object's key below the unit's active prefix and compares as bytes.
// Attributes is a JSON object of texts, Headers one of what a copy has to carry
// over. OfferedTo is the fingerprint of the rules that the file was last
// offered to while none wanted it. RuleID is the claim and never changes
// once set. RuleVersion is the version of that rule which the file was last
// held against, before it is first placed or while it waits for another try;
// Excluded says that it did not match that version, so that it waits for an edit. When a file is due follows from LastModified and the rule
// and is not kept. ProcessedAt is when its placement was queued.
type File struct {
	ID           int64  `gorm:"primaryKey"`
	UnitID       int64  `gorm:"column:business_unit_id;not null;uniqueIndex:files_content,priority:1;index:files_current,priority:1,where:gone_at IS NULL;index:files_offered,priority:1,where:rule_id IS NULL AND gone_at IS NULL"`
	Key          string `gorm:"not null;uniqueIndex:files_content,priority:2;index:files_current,priority:2,where:gone_at IS NULL"`
	ETag         string `gorm:"column:etag;not null;uniqueIndex:files_content,priority:3"`
	Size         int64  `gorm:"not null"`
	StorageClass string `gorm:"not null;size:40"`
	Checksum     string `gorm:"not null"`
	MediaType    string `gorm:"not null;size:40"`
	Attributes   string `gorm:"not null"`
	Headers      string `gorm:"not null"`
	FirstSeen    time.Time
	LastModified time.Time `gorm:"not null;index:files_waiting,priority:2,where:processed_at IS NULL AND gone_at IS NULL"`
	GoneAt       *time.Time
	RuleID       *int64 `gorm:"index:files_rule;index:files_waiting,priority:1,where:processed_at IS NULL AND gone_at IS NULL"`
	RuleVersion  int    `gorm:"not null"`
	Excluded     bool   `gorm:"not null"`
	OfferedTo    int64  `gorm:"not null;index:files_offered,priority:2,where:rule_id IS NULL AND gone_at IS NULL"`
	ClaimedAt    *time.Time
	ProcessedAt  *time.Time
}

// LongTermClasses are the storage classes that are not active storage, by
// their names on Amazon S3. Files there are not eligible for SEA.
var LongTermClasses = []string{"GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"}

// LongTerm tells whether the file lies in long-term storage.
func (f File) LongTerm() bool { return LongTerm(f.StorageClass) }

// LongTerm tells whether a storage class is one of the long-term ones.
func LongTerm(class string) bool { return slices.Contains(LongTermClasses, class) }
