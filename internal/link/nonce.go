package link

import (
	"context"
	"errors"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/nonce"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	// nonceLife is how long a form for a link may stay open.
	nonceLife   = 12 * time.Hour
	linkPurpose = "link.create"
	urlPurpose  = "link.presign"
)

// What a form that is sent again, or too late, is told, by its purpose.
var msgSent = map[string]string{
	linkPurpose: "This form was sent before, or is too old. A link is shown only once: look at the list of links, revoke what you did not copy, and open the form again.",
	urlPurpose:  "This form was sent before, or is too old. A presigned URL is shown only once, and works until it ends: the history says which were made. Open the form again for another one.",
}

// IssueNonce gives a new single-use number for one form of one user and unit, so
// that sending the form twice makes one link.
func (s *Service) IssueNonce(ctx context.Context, userID int64, unit models.BusinessUnit) (string, error) {
	return nonce.Issue(ctx, s.Store, nonce.Form{UserID: userID, UnitID: unit.ID, Purpose: linkPurpose}, nonceLife)
}

// IssueURLNonce gives the number that a form for a presigned URL is sent with.
func (s *Service) IssueURLNonce(ctx context.Context, userID int64, unit models.BusinessUnit) (string, error) {
	return nonce.Issue(ctx, s.Store, nonce.Form{UserID: userID, UnitID: unit.ID, Purpose: urlPurpose}, nonceLife)
}

// spend takes a form's nonce inside the transaction of what the form asks for.
// fault.Conflict says that it was used before, is too old, or is for something
// else.
func spend(ctx context.Context, tx *store.Store, text string, form nonce.Form) error {
	_, err := nonce.Spend(ctx, tx, text, form)
	if errors.Is(err, nonce.ErrUsed) || errors.Is(err, nonce.ErrUnfit) {
		return fault.Wrap(fault.Conflict, err, msgSent[form.Purpose])
	}
	return err
}
