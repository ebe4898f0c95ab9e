package migrate

import (
	"fmt"

	"gorm.io/gorm"
)

// skippedUnit is the column of business units as it was when it came.
type skippedUnit struct {
	ScanSkipped int64 `gorm:"not null;default:0"`
}

// skippedObjects counts what the last scan of a unit passed over.
func skippedObjects(tx *gorm.DB) error {
	if err := tx.Table("business_units").Migrator().AddColumn(&skippedUnit{}, "ScanSkipped"); err != nil {
		return fmt.Errorf("add scan_skipped to business_units: %w", err)
	}
	return nil
}
