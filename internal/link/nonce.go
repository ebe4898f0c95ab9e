package link

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	// nonceLife is how long a form for a link may stay open.
	nonceLife    = 12 * time.Hour
	noncePurpose = "link.create"
)

const msgSent = "This form was sent before, or is too old. A link is shown only once: look at the list of links, revoke what you did not copy, and open the form again."

// IssueNonce gives a new single-use number for one form of one user and unit, so
// that sending the form twice makes one link. Only its hash is kept.
func (s *Service) IssueNonce(ctx context.Context, userID int64, unit models.BusinessUnit) (string, error) {
	text, created := rand.Text(), now()
	return text, s.Store.InsertNonce(ctx, models.Nonce{
		Hash: sealed.Digest(text), Purpose: noncePurpose, UserID: userID, UnitID: unit.ID,
		CreatedAt: created, ExpiresAt: created.Add(nonceLife),
	})
}

// useNonce takes a form's nonce in the transaction that makes the link. Scripts
// send none: each of their requests makes a link. fault.Conflict says that the
// nonce was used before, is too old, or is for something else.
func useNonce(ctx context.Context, tx *store.Store, text string, userID, unitID int64) error {
	if text == "" {
		return nil
	}
	nonce, err := tx.Nonce(ctx, sealed.Digest(text))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || nonce.UserID != userID || nonce.UnitID != unitID || nonce.Purpose != noncePurpose || !now().Before(nonce.ExpiresAt) {
		return fault.New(fault.Conflict, msgSent)
	}
	err = tx.UseNonce(ctx, nonce.Hash, now())
	if errors.Is(err, store.ErrStale) {
		return fault.Wrap(fault.Conflict, err, msgSent)
	}
	return err
}
