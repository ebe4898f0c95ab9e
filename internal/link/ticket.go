package link

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	// ticketLease is how long a ticket occupies a download before it is used, and
	// after the last sign of life of a transfer.
	ticketLease = time.Minute
	// ticketGrace is how long a ticket can be used again after that, to go on
	// with a download that broke off or to repeat a complete one that the other
	// side lost: browsers and virus scanners on the same machine do both.
	ticketGrace = 10 * time.Minute
)

const msgBusy = "The file is being downloaded with this link at the moment, and the link allows no more downloads. " +
	"If that download does not complete, the link works again within a minute."

// issueTicket gives a ticket for the files in f, if they are free: neither
// fetched as often as the link allows nor occupied by other tickets.
func (s *Service) issueTicket(ctx context.Context, f followed, wish Wish) (sealed.Plain, error) {
	token := sealed.NewPlain(rand.Text())
	issued := now()
	ticket := models.LinkTicket{
		LinkID: f.link.ID, Position: wish.Position, TokenHash: sealed.Digest(token.Reveal()), Address: wish.Address,
		IssuedAt: issued, LeaseUntil: issued.Add(ticketLease),
	}
	return token, s.Store.Tx(ctx, func(tx *store.Store) error {
		link, err := live(ctx, tx, f.link.ID)
		if err != nil {
			return err
		}
		if _, err := s.free(ctx, tx, link, ticket); err != nil {
			return err
		}
		return tx.InsertTicket(ctx, &ticket, issued.Add(-ticketGrace))
	})
}

// free gives the files that a ticket may fetch now, in a transaction that holds
// the link.
//
// Faults: NotFound when none is left, Conflict when other tickets occupy the
// last of them.
func (s *Service) free(ctx context.Context, tx *store.Store, link models.Link, ticket models.LinkTicket) ([]store.FileOfLink, error) {
	rows, err := tx.FilesOfLink(ctx, link.UnitID, link.ID)
	if err != nil {
		return nil, err
	}
	others, err := tx.TicketsInUse(ctx, link.ID, now())
	if err != nil {
		return nil, err
	}
	var free []store.FileOfLink
	busy := false
	for _, file := range rows {
		wanted := ticket.Position == 0 || ticket.Position == file.Position
		if !wanted || !s.fetchable(file.Placement) || link.MaxDownloads > 0 && file.Fetched >= link.MaxDownloads {
			continue
		}
		if link.MaxDownloads > 0 && file.Fetched+occupied(others, ticket.ID, file.Position) >= link.MaxDownloads {
			busy = true
			continue
		}
		free = append(free, file)
	}
	switch {
	case len(free) > 0:
		return free, nil
	case busy:
		return nil, fault.New(fault.Conflict, msgBusy)
	}
	return nil, fmt.Errorf("nothing is left of link %d: %w", link.ID, store.ErrStale)
}

// occupied counts the other tickets that a file is being fetched with.
func occupied(tickets []models.LinkTicket, own int64, position int) int {
	n := 0
	for _, ticket := range tickets {
		if ticket.ID != own && (ticket.Position == 0 || ticket.Position == position) {
			n++
		}
	}
	return n
}
