package credential

import (
	"context"
	"errors"
	"slices"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	pastShown    = 20              // sets that are over, on the page
	lastUsedWait = 2 * time.Second // a page does not wait longer for IAM
)

// State is what the credentials page is about.
type State string

// The states of a unit's credentials.
const (
	None     State = "none"     // never had a set
	Issuing  State = "issuing"  // a set is being made; Live, if any, tells what works meanwhile
	Active   State = "active"   // Live works
	Retiring State = "retiring" // Live is being revoked
	Revoked  State = "revoked"  // had a set; nothing works
)

// Status is what may be told of a unit's credentials. It holds no secret.
type Status struct {
	State State
	// Live is the set that is active or being stopped. It was saved by whoever
	// generated it if AcknowledgedAt is set.
	Live *models.Credential
	// Issuing is the set that is being made, by CreatedBy since CreatedAt.
	Issuing *models.Credential
	// Interrupted says that nobody works on the set any more: its lease ran
	// out, and the portal is about to settle it.
	Interrupted bool
	// LastUsedAt is when Live was last used, nil when never, or when UseUnknown. The
	// portal's own proof is no use.
	LastUsedAt *time.Time
	// UseUnknown says that IAM did not tell, and that nothing was noted before.
	UseUnknown bool
	// Addresses are where Live was used from, the latest first, as far as the
	// server tells; empty when it was never used or where nobody knows.
	Addresses []models.IAMKeyAddress
	// Past are sets that are over, newest first.
	Past []models.Credential
}

// Current tells how a unit's credentials stand. When IAM does not say in time
// when the key was last used, what was last noted is told.
func (s *Service) Current(ctx context.Context, unit models.BusinessUnit) (Status, error) {
	held, err := s.store.HeldCredentials(ctx, unit.ID)
	if err != nil {
		return Status{}, err
	}
	past, err := s.store.PastCredentials(ctx, unit.ID, pastShown)
	if err != nil {
		return Status{}, err
	}
	status := Status{State: stateOf(held, past), Live: held.Live, Issuing: held.Issuing, Past: past}
	switch status.State {
	case Issuing:
		status.Interrupted = !leaseLives(held.Issuing)
	case Retiring:
		status.Interrupted = !leaseLives(held.Live)
	case None, Active, Revoked:
	}
	if held.Live == nil {
		return status, nil
	}
	if status.Addresses, err = s.addresses(ctx, *held.Live); err != nil {
		return Status{}, err
	}
	at, told := s.lastUseKnown(ctx, *held.Live)
	status.LastUsedAt = latestUse(at, status.Addresses)
	status.UseUnknown = !told && status.LastUsedAt == nil
	return status, nil
}

// Held gives the sets of a unit that are not over, without asking IAM.
func (s *Service) Held(ctx context.Context, unit models.BusinessUnit) (store.HeldCredentials, error) {
	return s.store.HeldCredentials(ctx, unit.ID)
}

func stateOf(held store.HeldCredentials, past []models.Credential) State {
	switch {
	case held.Issuing != nil:
		return Issuing
	case held.Live != nil && held.Live.State == models.CredentialRetiring:
		return Retiring
	case held.Live != nil:
		return Active
	}
	for _, set := range past {
		if set.State == models.CredentialRetired {
			return Revoked
		}
	}
	return None
}

// lastUseKnown gives when a set was last used, as far as is known, and whether IAM
// told.
func (s *Service) lastUseKnown(ctx context.Context, set models.Credential) (at *time.Time, told bool) {
	ctx, cancel := context.WithTimeout(ctx, lastUsedWait)
	defer cancel()
	at, err := s.lastUsed(ctx, set)
	if err != nil || at == nil {
		return set.LastUsedAt, err == nil
	}
	return at, true
}

// addresses gives where a set was used from since it was proved to work.
func (s *Service) addresses(ctx context.Context, set models.Credential) ([]models.IAMKeyAddress, error) {
	seen, err := s.store.KeyAddresses(ctx, set.AccessKeyID)
	return slices.DeleteFunc(seen, func(at models.IAMKeyAddress) bool {
		return set.VerifiedAt != nil && !at.LastAt.After(*set.VerifiedAt)
	}), err
}

func latestUse(known *time.Time, seen []models.IAMKeyAddress) *time.Time {
	for _, at := range seen {
		if at.UsedAt != nil && (known == nil || at.UsedAt.After(*known)) {
			known = at.UsedAt
		}
	}
	return known
}

// Acknowledge keeps that the secret of the active set was saved. It gives
// fault.Conflict when accessKeyID is not the active set's any more; a second
// time is a success.
func (s *Service) Acknowledge(ctx context.Context, by models.Actor, unit models.BusinessUnit, accessKeyID string) error {
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		held, err := tx.HeldCredentials(ctx, unit.ID)
		if err != nil {
			return err
		}
		if held.Live == nil || held.Live.State != models.CredentialActive || held.Live.AccessKeyID != accessKeyID {
			return store.ErrStale
		}
		if held.Live.AcknowledgedAt != nil {
			return nil
		}
		saved := *held.Live
		at := now()
		saved.AcknowledgedAt = &at
		if err := tx.ChangeCredential(ctx, *held.Live, saved); err != nil {
			return err
		}
		return record(ctx, tx, by, saved, "credentials.acknowledged",
			"Confirmed that the secret of "+Mask(accessKeyID)+" was saved", nil)
	})
	if errors.Is(err, store.ErrStale) {
		return fault.Wrap(fault.Conflict, err, "This is not the business unit's credential set any more. Open the credentials page again.")
	}
	return err
}

// Mask gives an access key id as screens and sentences show it: enough to
// recognise, not the whole.
func Mask(accessKeyID string) string {
	const shown = 4
	if len(accessKeyID) <= 2*shown {
		return "••••"
	}
	return accessKeyID[:shown] + "••••" + accessKeyID[len(accessKeyID)-shown:]
}
