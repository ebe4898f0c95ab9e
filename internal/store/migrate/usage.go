package migrate

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

type usageDay struct {
	UnitID        int64  `gorm:"column:business_unit_id;primaryKey;autoIncrement:false"`
	Day           string `gorm:"primaryKey;size:10"`
	RuleID        int64  `gorm:"primaryKey;autoIncrement:false"`
	Fetched       bool   `gorm:"primaryKey"`
	ByteDays      int64  `gorm:"not null"`
	ByteSeconds   int64  `gorm:"not null"`
	Files         int64  `gorm:"not null"`
	StandingFiles int64  `gorm:"not null"`
	StandingBytes int64  `gorm:"not null"`
}

type usageMeter struct {
	UnitID  int64     `gorm:"column:business_unit_id;primaryKey;autoIncrement:false"`
	Through string    `gorm:"not null;size:10"`
	At      time.Time `gorm:"not null"`
}

type usageRate struct {
	ID        int64  `gorm:"primaryKey"`
	FromDay   string `gorm:"not null;size:10;uniqueIndex:rates_from"`
	Amount    string `gorm:"not null;size:40"`
	Currency  string `gorm:"not null;size:3"`
	CreatedAt time.Time
	CreatedBy string `gorm:"not null"`
}

// usageIndexes answer what metering asks of the placements without reading the
// placements themselves: who arrived, who left, who left before arriving (clocks
// jump), who was fetched for the first time, and who is about to expire.
var usageIndexes = []string{
	`CREATE INDEX placements_arrivals ON placements (business_unit_id, placed_at, rule_id, size, first_downloaded_at)
		WHERE placed_at IS NOT NULL`,
	`CREATE INDEX placements_departures ON placements (business_unit_id, removed_at, placed_at, rule_id, size, first_downloaded_at)
		WHERE removed_at IS NOT NULL`,
	`CREATE INDEX placements_backwards ON placements (business_unit_id, placed_at) WHERE removed_at < placed_at`,
	`CREATE INDEX placements_fetched ON placements (business_unit_id, first_downloaded_at, id) WHERE first_downloaded_at IS NOT NULL`,
	`CREATE INDEX placements_ending ON placements (business_unit_id, expires_at, size, placed_at)
		WHERE removed_at IS NULL AND expires_at IS NOT NULL AND NOT held`,
}

// meterUsage makes the tables of usage and charge.
func meterUsage(tx *gorm.DB) error {
	for _, table := range []struct {
		name  string
		shape any
	}{
		{"usage_days", &usageDay{}},
		{"usage_meters", &usageMeter{}},
		{"rates", &usageRate{}},
	} {
		if err := tx.Table(table.name).Migrator().CreateTable(table.shape); err != nil {
			return fmt.Errorf("make table %s: %w", table.name, err)
		}
	}
	for _, create := range usageIndexes {
		if err := tx.Exec(create).Error; err != nil {
			return fmt.Errorf("index placements for usage: %w", err)
		}
	}
	return nil
}
