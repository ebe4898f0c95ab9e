package migrate

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// presignedPlacement is the column of placements as it was when it came.
type presignedPlacement struct {
	PresignedUntil *time.Time
}

// presignedKeys remembers until when a presigned URL may lead to a target's key.
func presignedKeys(tx *gorm.DB) error {
	if err := tx.Table("placements").Migrator().AddColumn(&presignedPlacement{}, "PresignedUntil"); err != nil {
		return fmt.Errorf("add presigned_until to placements: %w", err)
	}
	err := tx.Exec(`CREATE INDEX placements_presigned ON placements (business_unit_id, sea_key) WHERE presigned_until IS NOT NULL`).Error
	if err != nil {
		return fmt.Errorf("index what is presigned: %w", err)
	}
	return nil
}
