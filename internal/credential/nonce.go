package credential

import (
	"context"
	"errors"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/nonce"
	"seaportal/internal/store"
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
// before.
var ErrSentBefore = nonce.ErrUsed

// IssueNonce gives a new single-use number for one form of one user, unit and
// purpose. It is good for an hour.
func (s *Service) IssueNonce(ctx context.Context, userID, unitID int64, purpose string) (string, error) {
	return nonce.Issue(ctx, s.store, nonce.Form{UserID: userID, UnitID: unitID, Purpose: purpose}, nonceLife)
}

// spend takes a nonce inside the transaction of what it is for, and tells when
// the form was opened. fault.Conflict says that it was used before, is too old,
// or is for something else.
func spend(ctx context.Context, tx *store.Store, text string, form nonce.Form) (time.Time, error) {
	opened, err := nonce.Spend(ctx, tx, text, form)
	switch {
	case errors.Is(err, nonce.ErrUsed):
		return opened, fault.Wrap(fault.Conflict, err, msgUsed)
	case errors.Is(err, nonce.ErrUnfit):
		return opened, fault.Wrap(fault.Conflict, err, msgOldForm)
	}
	return opened, err
}
