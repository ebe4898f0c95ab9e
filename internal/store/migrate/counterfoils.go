package migrate

import (
	"fmt"

	"gorm.io/gorm"
)

// counterfoils gives what presigned URLs carry for their receipt a name of its
// own: tickets are what the buttons of share links give out.
func counterfoils(tx *gorm.DB) error {
	for _, statement := range []string{
		`DROP INDEX downloads_ticket`,
		`ALTER TABLE downloads RENAME COLUMN ticket TO counterfoil`,
		`CREATE UNIQUE INDEX downloads_counterfoil ON downloads (counterfoil) WHERE counterfoil <> ''`,
	} {
		if err := tx.Exec(statement).Error; err != nil {
			return fmt.Errorf("rename the ticket of downloads: %w", err)
		}
	}
	return nil
}
