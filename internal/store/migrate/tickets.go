package migrate

import (
	"fmt"

	"gorm.io/gorm"
)

// progressTicket is the columns of link_tickets as they were when they came.
type progressTicket struct {
	Reach   int64  `gorm:"not null;default:0"`
	Counted string `gorm:"not null;default:''"`
}

// ticketProgress remembers how far from its beginning a ticket fetched a file,
// and which files it counted. Tickets live for minutes: those from before are
// forgotten, so that none of them leads to more than it counted.
func ticketProgress(tx *gorm.DB) error {
	for _, field := range []string{"Reach", "Counted"} {
		if err := tx.Table("link_tickets").Migrator().AddColumn(&progressTicket{}, field); err != nil {
			return fmt.Errorf("add %s to link_tickets: %w", field, err)
		}
	}
	if err := tx.Exec("DELETE FROM link_tickets WHERE completed_at IS NOT NULL").Error; err != nil {
		return fmt.Errorf("forget tickets that counted: %w", err)
	}
	return nil
}
