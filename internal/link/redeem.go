package link

import (
	"context"
	"errors"
	"fmt"
	"path"

	"github.com/alexedwards/argon2id"

	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// pinTries is how many wrong PINs a link takes before it is locked for good.
const pinTries = 5

// What strangers learn. A link that never was looks like one that is over.
const (
	msgGone   = "This link does not work any more. Ask whoever sent it for a new one."
	msgLocked = "This link is locked, because a wrong PIN was entered five times. Ask whoever sent it for a new one."
)

// Open tells what a link leads to, and uses nothing up. The token is the
// permission.
//
// Faults: NotFound when the link is unknown, revoked, expired or used up, its
// file gone or SEA disabled; TooMany when it is locked.
func (s *Service) Open(ctx context.Context, token string) (View, error) {
	link, _, file, err := s.follow(ctx, token)
	if err != nil {
		return View{}, err
	}
	return View{
		Name: path.Base(file.Key), Size: file.Size, Checksum: file.Checksum, ExpiresAt: link.ExpiresAt,
		HasPIN: link.PINHash != "", MaxDownloads: link.MaxDownloads, Downloads: link.Downloads,
	}, nil
}

// Redeem gives a presigned URL that fetches the link's file, counts one
// download and records it. The URL is a credential: redirect to it, and log it
// never. address is where the request came from.
//
// Faults: as Open; Invalid beside `pin` when that is wrong.
func (s *Service) Redeem(ctx context.Context, token, pin, address string) (string, error) {
	link, unit, file, err := s.follow(ctx, token)
	if err != nil {
		return "", err
	}
	by := models.Actor{Kind: models.ActorPartner, Name: fmt.Sprintf("share link %d", link.ID), Address: address}
	if err := s.checkPIN(ctx, by, link, pin); err != nil {
		return "", err
	}
	url, err := s.sign(ctx, unit, file)
	if err != nil {
		return "", err
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if link.PINHash != "" {
			if err := tx.ReturnPINTry(ctx, link.ID); err != nil {
				return err
			}
		}
		if err := tx.CountRedemption(ctx, link.ID, now()); err != nil {
			return err
		}
		return given(ctx, tx, by, file, &link)
	})
	if errors.Is(err, store.ErrStale) { // used up or revoked meanwhile, or the file gone
		return "", fault.Wrap(fault.NotFound, err, msgGone)
	}
	if err != nil {
		return "", err
	}
	return url, nil
}

// follow gives a link that works, its unit and its file.
func (s *Service) follow(ctx context.Context, token string) (models.Link, models.BusinessUnit, models.Placement, error) {
	link, unit, file, err := s.lookUp(ctx, token)
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.NotFound, err, msgGone)
	}
	return link, unit, file, err
}

func (s *Service) lookUp(ctx context.Context, token string) (
	link models.Link, unit models.BusinessUnit, file models.Placement, err error,
) {
	if link, err = s.Store.LinkByToken(ctx, sealed.Digest(token)); err != nil {
		return link, unit, file, err
	}
	usedUp := link.MaxDownloads > 0 && link.Downloads >= link.MaxDownloads
	if link.RevokedAt != nil || usedUp || !now().Before(link.ExpiresAt) {
		return link, unit, file, fault.New(fault.NotFound, msgGone)
	}
	if unit, err = s.Store.Unit(ctx, link.UnitID); err != nil {
		return link, unit, file, err
	}
	if unit.SEAState != models.SEAEnabled {
		return link, unit, file, fault.New(fault.NotFound, msgGone)
	}
	if file, err = s.placed(ctx, link.UnitID, link.PlacementID); err != nil {
		return link, unit, file, err
	}
	if link.PINHash != "" && link.PINFailures >= pinTries {
		return link, unit, file, fault.New(fault.TooMany, msgLocked)
	}
	return link, unit, file, nil
}

// checkPIN takes a try before it compares, so that many at once have no more
// tries than one after the other. A right PIN has its try returned by Redeem.
func (s *Service) checkPIN(ctx context.Context, by models.Actor, link models.Link, pin string) error {
	if link.PINHash == "" {
		return nil
	}
	err := s.Store.TakePINTry(ctx, link.ID, pinTries)
	if errors.Is(err, store.ErrStale) {
		return fault.Wrap(fault.TooMany, err, msgLocked)
	}
	if err != nil {
		return err
	}
	right, err := argon2id.ComparePasswordAndHash(pin, link.PINHash)
	if err != nil {
		return fmt.Errorf("compare PIN of link %d: %w", link.ID, err)
	}
	if right {
		return nil
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		return record(ctx, tx, by, link, "link.pin_refused", "Refused a wrong PIN for a share link")
	})
	if err != nil {
		return err
	}
	return fault.BadInput(fault.Field{Name: "pin", Msg: "This PIN is wrong. After five wrong ones the link is locked."})
}
