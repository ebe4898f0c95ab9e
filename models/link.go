package models

import "time"

// Link is a share link to one placed file. Only the SHA-256 of its token is
// kept; PINHash is empty where no PIN was set.
type Link struct {
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
