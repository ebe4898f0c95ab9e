package migrate

import (
	"fmt"

	"gorm.io/gorm"
)

// placedTimes indexes when files were placed, for how fast that goes.
func placedTimes(tx *gorm.DB) error {
	err := tx.Exec(`CREATE INDEX placements_placed ON placements (business_unit_id, placed_at) WHERE placed_at IS NOT NULL`).Error
	if err != nil {
		return fmt.Errorf("index when files were placed: %w", err)
	}
	return nil
}
