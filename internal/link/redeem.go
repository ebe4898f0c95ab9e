package link

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// Wish is what the holder of a link asks for: the file at a position, or all of
// them where that is 0. Address is where the request came from.
type Wish struct {
	Position int
	PIN      sealed.Plain
	Address  string
}

// Way is how a wish is fulfilled: a presigned URL to redirect to, or a ticket
// to Begin with. Both are credentials: log neither.
type Way struct {
	URL    string
	Ticket sealed.Plain
}

// Redeem gives the way to what a link leads to. A file that may be fetched any
// number of times is counted and recorded now; everything else when it is
// complete.
//
// Faults: as Open, and for a position that the link has not; Invalid beside
// `pin` when that is wrong; Conflict while the last download that the link
// allows is under way.
func (s *Service) Redeem(ctx context.Context, token string, wish Wish) (Way, error) {
	f, err := s.follow(ctx, token)
	if err != nil {
		return Way{}, err
	}
	if err := f.narrow(&wish); err != nil {
		return Way{}, err
	}
	by := partner(f.link, wish.Address)
	if err := s.checkPIN(ctx, by, f.link, wish.PIN); err != nil {
		return Way{}, err
	}
	var way Way
	if f.link.MaxDownloads > 0 || wish.Position == 0 {
		way.Ticket, err = s.issueTicket(ctx, f, wish)
	} else {
		way.URL, err = s.redirect(ctx, by, f)
	}
	if errors.Is(err, store.ErrStale) { // revoked meanwhile, or the file gone
		err = fault.Wrap(fault.NotFound, err, msgGone)
	}
	return way, err
}

// narrow leaves the wished file alone in f. All files of a link to one are that
// one.
func (f *followed) narrow(wish *Wish) error {
	if wish.Position == 0 && f.all == 1 {
		wish.Position = 1
	}
	if wish.Position == 0 {
		return nil
	}
	for _, file := range f.files {
		if file.Position == wish.Position {
			f.files = []store.FileOfLink{file}
			return nil
		}
	}
	return fault.New(fault.NotFound, msgGone)
}

// redirect signs for the one file in f, counts it and records that it was given.
func (s *Service) redirect(ctx context.Context, by models.Actor, f followed) (string, error) {
	file := f.files[0]
	counterfoil := rand.Text()
	url, err := s.signFor(ctx, f.unit, file.Placement, urlLife, counterfoil)
	if err != nil {
		return "", err
	}
	return url, s.Store.Tx(ctx, func(tx *store.Store) error {
		link, err := live(ctx, tx, f.link.ID)
		if err != nil {
			return err
		}
		if err := tx.CountFetched(ctx, link, []int{file.Position}, now()); err != nil {
			return err
		}
		return s.given(ctx, tx, by, file.Placement, withCounterfoil(downloadOf(by, file.Placement, &link), counterfoil))
	})
}

// live gives a link inside a transaction that holds it. store.ErrStale says
// that it was revoked or expired meanwhile.
func live(ctx context.Context, tx *store.Store, linkID int64) (models.Link, error) {
	link, err := tx.LinkForUpdate(ctx, linkID)
	if err == nil && (link.RevokedAt != nil || !now().Before(link.ExpiresAt)) {
		err = fmt.Errorf("link %d is over: %w", linkID, store.ErrStale)
	}
	return link, err
}

func partner(link models.Link, address string) models.Actor {
	return models.Actor{Kind: models.ActorPartner, Name: fmt.Sprintf("share link %d", link.ID), Address: address}
}
