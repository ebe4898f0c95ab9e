package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// InsertTicket keeps a ticket and sets its id. Tickets of the link that are
// older than an instant are forgotten: nothing asks for them any more.
func (s *Store) InsertTicket(ctx context.Context, ticket *models.LinkTicket, older time.Time) error {
	err := s.wdb(ctx).Where("link_id = ? AND lease_until < ?", ticket.LinkID, older.UTC()).Delete(&models.LinkTicket{}).Error
	if err != nil {
		return wrap(err, "delete old tickets of link %d", ticket.LinkID)
	}
	return wrap(s.wdb(ctx).Create(ticket).Error, "insert ticket of link %d", ticket.LinkID)
}

// Ticket gives a ticket of a link by the hash of its token, or fault.NotFound.
func (s *Store) Ticket(ctx context.Context, linkID int64, tokenHash string) (models.LinkTicket, error) {
	ticket, err := gorm.G[models.LinkTicket](s.read).Where("link_id = ? AND token_hash = ?", linkID, tokenHash).First(ctx)
	return ticket, wrap(err, "read ticket of link %d", linkID)
}

// TicketsInUse gives the tickets of a link that hold one of its downloads at an
// instant and have not counted yet.
func (s *Store) TicketsInUse(ctx context.Context, linkID int64, at time.Time) ([]models.LinkTicket, error) {
	tickets, err := gorm.G[models.LinkTicket](s.read).
		Where("link_id = ? AND completed_at IS NULL AND lease_until > ?", linkID, at.UTC()).Find(ctx)
	return tickets, wrap(err, "read tickets of link %d", linkID)
}

// KeepTicket lets a ticket hold its download until an instant, and adds what it
// has sent since the last time: from a place in the file on, -1 where that is not
// known. It gives the ticket as it is then. ErrStale says that its link was revoked.
func (s *Store) KeepTicket(ctx context.Context, id int64, until time.Time, from, sent int64) (models.LinkTicket, error) {
	var ticket models.LinkTicket
	changes := map[string]any{"lease_until": until.UTC(), "sent": gorm.Expr("sent + ?", sent)}
	if from >= 0 {
		changes["reach"] = gorm.Expr("CASE WHEN reach >= ? AND reach < ? THEN ? ELSE reach END", from, from+sent, from+sent)
	}
	err := s.Tx(ctx, func(tx *Store) error {
		result := tx.wdb(ctx).Model(&models.LinkTicket{}).
			Where("id = ? AND EXISTS (SELECT 1 FROM links WHERE links.id = link_tickets.link_id AND links.revoked_at IS NULL)", id).
			Updates(changes)
		if err := changedOne(result); err != nil {
			return err
		}
		return tx.db(ctx).Where("id = ?", id).First(&ticket).Error
	})
	return ticket, wrap(err, "keep ticket %d", id)
}

// CompleteTicket marks that a ticket fetched what it is for, the files at these
// positions of its link. ErrStale says that it did before.
func (s *Store) CompleteTicket(ctx context.Context, id int64, at time.Time, counted string) error {
	result := s.wdb(ctx).Model(&models.LinkTicket{}).Where("id = ? AND completed_at IS NULL", id).
		Updates(map[string]any{"completed_at": at.UTC(), "counted": counted})
	return wrap(changedOne(result), "complete ticket %d", id)
}
