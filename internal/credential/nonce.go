package credential

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

// nonceLife is how long a form that makes a credential set may stay open.
const nonceLife = time.Hour

// The purposes of nonces: which form one is for.
const (
	PurposeGenerate   = "credentials.generate"
	PurposeRegenerate = "credentials.regenerate"
)

const (
	msgOldForm = "This form is too old, or was made for somebody else. Open the page again and start from there."
	msgUsed    = "This form was sent before. Open the credentials page to see what came of it: a secret is shown only once."
)

// ErrSentBefore is the cause of the Conflict that a form gets which was sent
// before, be it by a double click or by reloading the page that answered it.
var ErrSentBefore = errors.New("the nonce was used before")

// IssueNonce gives a new single-use number for one form of one user, unit and
// purpose. It is good for an hour. Only its hash is kept.
func (s *Service) IssueNonce(ctx context.Context, userID, unitID int64, purpose string) (string, error) {
	text := rand.Text()
	created := now()
	return text, s.store.InsertNonce(ctx, models.Nonce{
		Hash: sealed.Digest(text), Purpose: purpose, UserID: userID, UnitID: unitID,
		CreatedAt: created, ExpiresAt: created.Add(nonceLife),
	})
}

// useNonce takes a nonce inside the transaction of what it is for, and gives
// it, so that the caller knows when the form was opened. fault.Conflict says
// that it was used before, is too old, or is for something else.
func useNonce(ctx context.Context, tx *store.Store, text string, userID, unitID int64, purpose string) (models.Nonce, error) {
	nonce, err := tx.Nonce(ctx, sealed.Digest(text))
	if fault.Is(err, fault.NotFound) {
		return models.Nonce{}, fault.Wrap(fault.Conflict, err, msgOldForm)
	}
	if err != nil {
		return models.Nonce{}, err
	}
	if nonce.UserID != userID || nonce.UnitID != unitID || nonce.Purpose != purpose {
		return models.Nonce{}, fault.New(fault.Conflict, msgOldForm)
	}
	if nonce.UsedAt != nil {
		return models.Nonce{}, fault.Wrap(fault.Conflict, ErrSentBefore, msgUsed)
	}
	if !now().Before(nonce.ExpiresAt) {
		return models.Nonce{}, fault.New(fault.Conflict, msgOldForm)
	}
	err = tx.UseNonce(ctx, nonce.Hash, now())
	if errors.Is(err, store.ErrStale) {
		return models.Nonce{}, fault.Wrap(fault.Conflict, ErrSentBefore, msgUsed)
	}
	return nonce, err
}
