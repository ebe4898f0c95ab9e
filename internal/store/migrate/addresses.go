package migrate

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// The columns and the table of allowed and of seen addresses, as they were when
// they came.
type (
	addressedUnit struct {
		AllowedAddresses string `gorm:"not null;default:''"`
		PolicyWanted     int64  `gorm:"not null;default:0"`
		PolicyDone       int64  `gorm:"not null;default:0"`
	}
	keyAddress struct {
		KeyID    string    `gorm:"primaryKey;size:128"`
		Address  string    `gorm:"primaryKey;size:64"`
		FirstAt  time.Time `gorm:"not null"`
		LastAt   time.Time `gorm:"not null"`
		UsedAt   *time.Time
		Requests int64 `gorm:"not null"`
		Refused  int64 `gorm:"not null"`
	}
)

// keepAddresses adds the addresses that a unit's set may be used from, and
// those that each key was used from.
func keepAddresses(tx *gorm.DB) error {
	for _, field := range []string{"AllowedAddresses", "PolicyWanted", "PolicyDone"} {
		if err := tx.Table("business_units").Migrator().AddColumn(&addressedUnit{}, field); err != nil {
			return fmt.Errorf("add %s to business_units: %w", field, err)
		}
	}
	if err := tx.Table("iam_key_addresses").Migrator().CreateTable(&keyAddress{}); err != nil {
		return fmt.Errorf("make table iam_key_addresses: %w", err)
	}
	return nil
}
