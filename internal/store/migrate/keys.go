package migrate

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// What encryption adds, as it was then.
type (
	kmsKey struct {
		ID          string    `gorm:"primaryKey;size:36"`
		Material    []byte    `gorm:"not null"`
		Origin      string    `gorm:"not null;size:10"`
		Description string    `gorm:"not null"`
		Enabled     bool      `gorm:"not null"`
		CreatedAt   time.Time `gorm:"not null"`
	}
	unitKey struct {
		UnitID    int64     `gorm:"column:business_unit_id;primaryKey;autoIncrement:false"`
		ARN       string    `gorm:"column:arn;not null;size:2048;uniqueIndex:unit_keys_arn"`
		CreatedAt time.Time `gorm:"not null"`
	}
	keyedUnit struct {
		CustomKeyARN string `gorm:"column:kms_key_arn;not null;default:''"`
	}
	keyedPlacement struct {
		KeyARN string `gorm:"column:key_arn;not null;default:''"`
	}
)

// encryptionKeys adds the keys of the embedded KMS, each unit's, and the one
// that encrypted each placed file: none, for those that are there.
func encryptionKeys(tx *gorm.DB) error {
	if err := tx.Table("kms_keys").Migrator().CreateTable(&kmsKey{}); err != nil {
		return fmt.Errorf("make table kms_keys: %w", err)
	}
	if err := tx.Table("unit_keys").Migrator().CreateTable(&unitKey{}); err != nil {
		return fmt.Errorf("make table unit_keys: %w", err)
	}
	if err := tx.Table("business_units").Migrator().AddColumn(&keyedUnit{}, "CustomKeyARN"); err != nil {
		return fmt.Errorf("add kms_key_arn to business_units: %w", err)
	}
	if err := tx.Table("placements").Migrator().AddColumn(&keyedPlacement{}, "KeyARN"); err != nil {
		return fmt.Errorf("add key_arn to placements: %w", err)
	}
	return nil
}
