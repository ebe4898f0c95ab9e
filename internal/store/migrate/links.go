package migrate

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// The tables that share links to several files need, and the columns that they
// add, as they were then.
type (
	linkFile struct {
		LinkID      int64 `gorm:"primaryKey;autoIncrement:false"`
		PlacementID int64 `gorm:"primaryKey;autoIncrement:false;index:link_files_placement"`
		Position    int   `gorm:"not null"`
		Downloads   int   `gorm:"not null"`
	}
	linkTicket struct {
		ID          int64     `gorm:"primaryKey"`
		LinkID      int64     `gorm:"not null;index:link_tickets_link"`
		Position    int       `gorm:"not null"`
		TokenHash   string    `gorm:"not null;size:64;uniqueIndex:link_tickets_token"`
		Address     string    `gorm:"not null"`
		IssuedAt    time.Time `gorm:"not null"`
		LeaseUntil  time.Time `gorm:"not null"`
		Sent        int64     `gorm:"not null"`
		CompletedAt *time.Time
	}
	linkOfMany struct {
		ID       int64  `gorm:"primaryKey;index:links_page,priority:2"`
		UnitID   int64  `gorm:"column:business_unit_id;index:links_page,priority:1"`
		Note     string `gorm:"not null;default:''"`
		UsedUpAt *time.Time
	}
)

// linksToManyFiles moves the file of each link into a table of its own, so that
// a link may lead to several.
func linksToManyFiles(tx *gorm.DB) error {
	for name, shape := range map[string]any{"link_files": &linkFile{}, "link_tickets": &linkTicket{}} {
		if err := tx.Table(name).Migrator().CreateTable(shape); err != nil {
			return fmt.Errorf("make table %s: %w", name, err)
		}
	}
	links := func() gorm.Migrator { return tx.Table("links").Migrator() }
	for _, field := range []string{"Note", "UsedUpAt"} {
		if err := links().AddColumn(&linkOfMany{}, field); err != nil {
			return fmt.Errorf("add %s to links: %w", field, err)
		}
	}
	if err := links().CreateIndex(&linkOfMany{}, "links_page"); err != nil {
		return fmt.Errorf("make index links_page: %w", err)
	}
	for _, statement := range []string{
		`INSERT INTO link_files (link_id, placement_id, position, downloads) SELECT id, placement_id, 1, downloads FROM links`,
		`UPDATE links SET used_up_at = created_at WHERE max_downloads > 0 AND downloads >= max_downloads`,
		`DROP INDEX links_unit`,
		`DROP INDEX links_placement`,
		`ALTER TABLE links DROP COLUMN placement_id`,
	} {
		if err := tx.Exec(statement).Error; err != nil {
			return fmt.Errorf("move the files of links: %w", err)
		}
	}
	return nil
}
