package models

import "time"

// Hold keeps a placed file from expiring until it is released. A placement has
// at most one that is not released.
type Hold struct {
	ID          int64  `gorm:"primaryKey"`
	UnitID      int64  `gorm:"column:business_unit_id;not null;index:holds_unit"`
	PlacementID int64  `gorm:"not null;uniqueIndex:holds_live,where:released_at IS NULL"`
	Reason      string `gorm:"not null"`
	CreatedAt   time.Time
	CreatedBy   string `gorm:"not null"`
	ReleasedAt  *time.Time
	ReleasedBy  string `gorm:"not null"`
}

// Stranger is an object in a unit's SEA location that no placement explains,
// as the last reconciliation saw it. SEA reports it and leaves it alone. Key is
// below the unit's SEA prefix.
type Stranger struct {
	UnitID       int64     `gorm:"column:business_unit_id;primaryKey;autoIncrement:false"`
	Key          string    `gorm:"primaryKey"`
	Size         int64     `gorm:"not null"`
	LastModified time.Time `gorm:"not null"`
	FirstSeen    time.Time `gorm:"not null"`
	LastSeen     time.Time `gorm:"not null"`
}
