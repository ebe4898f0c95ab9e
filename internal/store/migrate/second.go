package migrate

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// The columns that the second schema adds, and the tables that it makes, as
// they were then.
type (
	secondFile struct {
		Headers   string `gorm:"not null;default:''"`
		UnitID    int64  `gorm:"column:business_unit_id;index:files_offered,priority:1,where:rule_id IS NULL AND gone_at IS NULL"`
		OfferedTo int64  `gorm:"not null;default:0;index:files_offered,priority:2,where:rule_id IS NULL AND gone_at IS NULL"`
	}
	secondPlacement struct {
		Held     bool      `gorm:"not null;default:false"`
		UnitID   int64     `gorm:"column:business_unit_id;index:placements_queued,priority:1"`
		QueuedAt time.Time `gorm:"index:placements_queued,priority:2"`
	}
	secondBusinessUnit struct {
		FolderMarker bool `gorm:"not null;default:false"`
	}
	secondHold struct {
		ID          int64  `gorm:"primaryKey"`
		UnitID      int64  `gorm:"column:business_unit_id;not null;index:holds_unit"`
		PlacementID int64  `gorm:"not null;uniqueIndex:holds_live,where:released_at IS NULL"`
		Reason      string `gorm:"not null"`
		CreatedAt   time.Time
		CreatedBy   string `gorm:"not null"`
		ReleasedAt  *time.Time
		ReleasedBy  string `gorm:"not null"`
	}
	secondStranger struct {
		UnitID       int64     `gorm:"column:business_unit_id;primaryKey;autoIncrement:false"`
		Key          string    `gorm:"primaryKey"`
		Size         int64     `gorm:"not null"`
		LastModified time.Time `gorm:"not null"`
		FirstSeen    time.Time `gorm:"not null"`
		LastSeen     time.Time `gorm:"not null"`
	}
)

// holdsAndStrangers adds what the life cycle keeps of holds, strangers, the
// headers of files and the rules that open files were offered to.
func holdsAndStrangers(tx *gorm.DB) error {
	for _, column := range []struct {
		table string
		shape any
		field string
	}{
		{"files", &secondFile{}, "Headers"},
		{"files", &secondFile{}, "OfferedTo"},
		{"placements", &secondPlacement{}, "Held"},
		{"business_units", &secondBusinessUnit{}, "FolderMarker"},
	} {
		if err := tx.Table(column.table).Migrator().AddColumn(column.shape, column.field); err != nil {
			return fmt.Errorf("add %s to %s: %w", column.field, column.table, err)
		}
	}
	for _, index := range []struct {
		table string
		shape any
		name  string
	}{
		{"files", &secondFile{}, "files_offered"},
		{"placements", &secondPlacement{}, "placements_queued"},
	} {
		if err := tx.Table(index.table).Migrator().CreateIndex(index.shape, index.name); err != nil {
			return fmt.Errorf("make index %s: %w", index.name, err)
		}
	}
	if err := tx.Table("files").Migrator().DropIndex(&secondFile{}, "files_open"); err != nil {
		return fmt.Errorf("drop index files_open: %w", err)
	}
	if err := tx.Table("holds").Migrator().CreateTable(&secondHold{}); err != nil {
		return fmt.Errorf("make table holds: %w", err)
	}
	if err := tx.Table("strangers").Migrator().CreateTable(&secondStranger{}); err != nil {
		return fmt.Errorf("make table strangers: %w", err)
	}
	return keysAsBytes(tx, [2]string{"strangers", "key"})
}
