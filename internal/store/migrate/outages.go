package migrate

import (
	"fmt"

	"gorm.io/gorm"
)

// outagePlacement is the column of placements as it was when it came.
type outagePlacement struct {
	Outages int `gorm:"not null;default:0"`
}

// countOutages tells attempts for which S3 was away from the others. Of what
// waits nobody knows which they were: all of them, so that none is given up early.
// What is being placed has no next attempt, unless nobody is at it.
func countOutages(tx *gorm.DB) error {
	if err := tx.Table("placements").Migrator().AddColumn(&outagePlacement{}, "Outages"); err != nil {
		return fmt.Errorf("add outages to placements: %w", err)
	}
	err := tx.Exec("UPDATE placements SET outages = attempts WHERE state IN ('queued','placing') AND attempts > 0").Error
	if err != nil {
		return fmt.Errorf("count outages of placements: %w", err)
	}
	err = tx.Exec("UPDATE placements SET next_attempt_at = NULL WHERE state = 'placing' AND owner <> ''").Error
	if err != nil {
		return fmt.Errorf("clear the next attempts of what is being placed: %w", err)
	}
	return nil
}
