package migrate

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// The columns that receipts add, and the table of manifest keys, as they were
// then.
type (
	receiptDownload struct {
		Via         string `gorm:"not null;size:10;default:'portal'"`
		LastAt      *time.Time
		AccessKeyID string `gorm:"not null;default:''"`
		Requests    int64  `gorm:"not null;default:0"`
		Bytes       int64  `gorm:"not null;default:0"`
		Complete    bool   `gorm:"not null;default:false"`
		Ticket      string `gorm:"not null;size:26;default:''"`
	}
	receiptPlacement struct {
		RemovedFrom string `gorm:"not null;default:''"`
	}
	manifestKey struct {
		ID        string    `gorm:"primaryKey;size:43"`
		PublicKey []byte    `gorm:"not null"`
		Seed      []byte    `gorm:"not null"`
		Current   bool      `gorm:"not null"`
		CreatedAt time.Time `gorm:"not null"`
		RetiredAt *time.Time
		RevokedAt *time.Time
	}
)

// receiptStatements sort the downloads that are there, and index what lists of
// receipts and of files that nobody fetched are read by.
var receiptStatements = []string{
	`UPDATE downloads SET via = 'link' WHERE link_id IS NOT NULL`,
	`DROP INDEX downloads_placement`,
	`CREATE INDEX downloads_page ON downloads (business_unit_id, placement_id, id)`,
	`CREATE INDEX downloads_unit ON downloads (business_unit_id, at)`,
	`CREATE UNIQUE INDEX downloads_ticket ON downloads (ticket) WHERE ticket <> ''`,
	`CREATE UNIQUE INDEX manifest_keys_current ON manifest_keys (current) WHERE current`,
	`CREATE INDEX placements_never ON placements (business_unit_id, id) WHERE downloads = 0 AND placed_at IS NOT NULL`,
	`CREATE INDEX placements_unfetched ON placements (business_unit_id, expires_at, id)
		WHERE downloads = 0 AND NOT held AND removed_at IS NULL AND placed_at IS NOT NULL`,
	`CREATE INDEX placements_unfetched_all ON placements (expires_at, id)
		WHERE downloads = 0 AND NOT held AND removed_at IS NULL AND placed_at IS NOT NULL`,
}

// receiptsAndManifests adds what is kept of downloads, of where a removal came
// from, and of the keys that sign manifests.
func receiptsAndManifests(tx *gorm.DB) error {
	downloads := tx.Table("downloads").Migrator()
	for _, field := range []string{"Via", "LastAt", "AccessKeyID", "Requests", "Bytes", "Complete", "Ticket"} {
		if err := downloads.AddColumn(&receiptDownload{}, field); err != nil {
			return fmt.Errorf("add %s to downloads: %w", field, err)
		}
	}
	if err := tx.Table("placements").Migrator().AddColumn(&receiptPlacement{}, "RemovedFrom"); err != nil {
		return fmt.Errorf("add RemovedFrom to placements: %w", err)
	}
	if err := tx.Table("manifest_keys").Migrator().CreateTable(&manifestKey{}); err != nil {
		return fmt.Errorf("make table manifest_keys: %w", err)
	}
	for _, statement := range receiptStatements {
		if err := tx.Exec(statement).Error; err != nil {
			return fmt.Errorf("prepare receipts: %w", err)
		}
	}
	return nil
}
