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
// has sent since the last time. It gives the bytes that it has sent in all.
// ErrStale says that its link was revoked.
func (s *Store) KeepTicket(ctx context.Context, id int64, until time.Time, sent int64) (int64, error) {
	var total int64
	err := s.Tx(ctx, func(tx *Store) error {
		result := tx.wdb(ctx).Model(&models.LinkTicket{}).
			Where("id = ? AND EXISTS (SELECT 1 FROM links WHERE links.id = link_tickets.link_id AND links.revoked_at IS NULL)", id).
			Updates(map[string]any{"lease_until": until.UTC(), "sent": gorm.Expr("sent + ?", sent)})
		if err := changedOne(result); err != nil {
			return err
		}
		return tx.db(ctx).Model(&models.LinkTicket{}).Where("id = ?", id).Pluck("sent", &total).Error
	})
	return total, wrap(err, "keep ticket %d", id)
}

// CompleteTicket marks that a ticket fetched what it is for. ErrStale says that
// it did before.
func (s *Store) CompleteTicket(ctx context.Context, id int64, at time.Time) error {
	result := s.wdb(ctx).Model(&models.LinkTicket{}).Where("id = ? AND completed_at IS NULL", id).
		Update("completed_at", at.UTC())
	return wrap(changedOne(result), "complete ticket %d", id)
}
