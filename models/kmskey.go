package models

import (
	"time"

	"seaportal/internal/sealed"
)

// KeyOrigin tells where a key's material comes from.
type KeyOrigin string

// The origins, in the words of AWS KMS.
const (
	KeyMade     KeyOrigin = "AWS_KMS"  // drawn here
	KeyImported KeyOrigin = "EXTERNAL" // brought by an administrator
)

// KMSKey is a key of the embedded KMS: 256 bits, sealed under the sealing
// key SealedBy. A key is never deleted while files may rest under it; a disabled one
// opens nothing until it is enabled again.
type KMSKey struct {
	ID          string        `gorm:"primaryKey;size:36"` // a random UUID
	Material    sealed.Secret `gorm:"not null"`
	SealedBy    string        `gorm:"not null;size:36"`
	Origin      KeyOrigin     `gorm:"not null;size:10"`
	Description string        `gorm:"not null"`
	Enabled     bool          `gorm:"not null"`
	CreatedAt   time.Time     `gorm:"not null"`
}

// UnitKey names the system-generated key of a business unit, made when SEA was
// enabled first.
type UnitKey struct {
	UnitID    int64     `gorm:"column:business_unit_id;primaryKey;autoIncrement:false"`
	ARN       string    `gorm:"column:arn;not null;size:2048;uniqueIndex:unit_keys_arn"`
	CreatedAt time.Time `gorm:"not null"`
}
