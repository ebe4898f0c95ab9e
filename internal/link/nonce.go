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
	urlPurpose   = "link.presign"
)

const msgURLSent = "This form was sent before, or is too old. A presigned URL is shown only once, and works until it ends: the history says which were made. Open the form again for another one."

const msgSent = "This form was sent before, or is too old. A link is shown only once: look at the list of links, revoke what you did not copy, and open the form again."

// IssueNonce gives a new single-use number for one form of one user and unit, so
// that sending the form twice makes one link. Only its hash is kept.
func (s *Service) IssueNonce(ctx context.Context, userID int64, unit models.BusinessUnit) (string, error) {
	return s.issueNonce(ctx, userID, unit, noncePurpose)
}

// IssueURLNonce gives the number that a form for a presigned URL is sent with.
func (s *Service) IssueURLNonce(ctx context.Context, userID int64, unit models.BusinessUnit) (string, error) {
	return s.issueNonce(ctx, userID, unit, urlPurpose)
}

func (s *Service) issueNonce(ctx context.Context, userID int64, unit models.BusinessUnit, purpose string) (string, error) {
	text, created := rand.Text(), now()
	return text, s.Store.InsertNonce(ctx, models.Nonce{
		Hash: sealed.Digest(text), Purpose: purpose, UserID: userID, UnitID: unit.ID,
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
	return spend(ctx, tx, models.Nonce{Hash: sealed.Digest(text), Purpose: noncePurpose, UserID: userID, UnitID: unitID}, msgSent)
}

// spend takes a nonce of a user, a unit and a purpose. said is what a conflict
// tells of it.
func spend(ctx context.Context, tx *store.Store, want models.Nonce, said string) error {
	nonce, err := tx.Nonce(ctx, want.Hash)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || nonce.UserID != want.UserID || nonce.UnitID != want.UnitID || nonce.Purpose != want.Purpose || !now().Before(nonce.ExpiresAt) {
		return fault.New(fault.Conflict, said)
	}
	err = tx.UseNonce(ctx, nonce.Hash, now())
	if errors.Is(err, store.ErrStale) {
		return fault.Wrap(fault.Conflict, err, said)
	}
	return err
}
