package credential

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/nonce"
	"seaportal/internal/store"
	"seaportal/models"
)

// task is one credential set on its way to a unit: the row that is issuing
// and, when it replaces one, the set that it replaces.
type task struct {
	by   models.Actor
	unit models.BusinessUnit
	next models.Credential
	old  *models.Credential

	begun time.Time // when it was asked for
	proof Proof
}

// Generate makes the unit's first credential set and gives it with its secret,
// which nobody can get again. nonce comes from IssueNonce with
// PurposeGenerate. It goes on when the caller's context ends, for up to the
// configured time-out.
//
// Faults: Conflict when a set is active, when another operation is under way
// (the message says whose), when the nonce was used or is too old, or when SEA
// is not enabled; Unavailable when IAM or S3 did not do their part.
func (s *Service) Generate(ctx context.Context, by models.Actor, unit models.BusinessUnit, nonce string) (Issued, error) {
	return s.issue(ctx, by, unit, nonce, PurposeGenerate)
}

// Regenerate replaces the unit's credential set. The old key is refused before
// the new secret is given. nonce comes from IssueNonce with PurposeRegenerate;
// confirm must be the unit's slug, else it is fault.Invalid beside `confirm`.
// Apart from that it is as Generate, and Conflict also when there is no set to
// replace, or when the set is newer than the form that nonce came with.
func (s *Service) Regenerate(ctx context.Context, by models.Actor, unit models.BusinessUnit, nonce, confirm string) (Issued, error) {
	if err := fault.Confirm(unit.Slug, confirm); err != nil {
		return Issued{}, err
	}
	return s.issue(ctx, by, unit, nonce, PurposeRegenerate)
}

func (s *Service) issue(ctx context.Context, by models.Actor, unit models.BusinessUnit, nonce, purpose string) (Issued, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer cancel()
	begun := now()
	t, err := s.begin(ctx, by, unit.ID, nonce, purpose)
	if errors.Is(err, errInterrupted) {
		// Whoever held the unit is gone: put its work right, then begin.
		if err := s.settle(ctx, unit.ID); err != nil {
			return Issued{}, fault.Wrap(fault.Unavailable, err, msgUnsettled)
		}
		t, err = s.begin(ctx, by, unit.ID, nonce, purpose)
	}
	if err != nil {
		return Issued{}, err
	}
	t.begun = begun
	secret, err := s.carryOut(ctx, t)
	if err != nil {
		return Issued{}, s.giveUp(ctx, t, err)
	}
	return s.issued(t, secret), nil
}

// errInterrupted says that the unit has an operation whose lease ran out.
var errInterrupted = errors.New("an interrupted operation has to be settled first")

const msgUnsettled = "An earlier operation on these credentials was interrupted and could not be settled yet: the identity service " +
	"or the storage did not do its part. Try again in a minute."

// begin commits the intent: the nonce is used and the issuing row, which locks
// the unit, is there.
func (s *Service) begin(ctx context.Context, by models.Actor, unitID int64, formNonce, purpose string) (*task, error) {
	var t *task
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		unit, err := tx.UnitForUpdate(ctx, unitID)
		if err != nil {
			return err
		}
		opened, err := spend(ctx, tx, formNonce, nonce.Form{UserID: by.ID, UnitID: unitID, Purpose: purpose})
		if err != nil {
			return err
		}
		held, err := tx.HeldCredentials(ctx, unitID)
		if err != nil {
			return err
		}
		if err := busy(held); err != nil {
			return err
		}
		if err := allowed(unit, held, purpose, opened); err != nil {
			return nothing(ctx, tx, unitID, err)
		}
		t = &task{by: by, unit: unit, old: held.Live, next: models.Credential{
			UnitID: unitID, State: models.CredentialIssuing, CreatedAt: now(), CreatedBy: by.Name, LeaseUntil: s.lease(),
		}}
		if err := tx.InsertCredential(ctx, &t.next); err != nil {
			return err
		}
		return record(ctx, tx, by, t.next, "credentials.issue_started", "Began to make a credential set", nil)
	})
	return t, err
}

// allowed tells whether a form that was opened then may make a set, as the unit
// stands now.
func allowed(unit models.BusinessUnit, held store.HeldCredentials, purpose string, opened time.Time) error {
	replacing := purpose == PurposeRegenerate
	switch {
	case unit.SEAState != models.SEAEnabled:
		return fault.New(fault.Conflict, "Secure External Access is not enabled for this business unit. Enable it first.")
	case held.Live != nil && !replacing:
		return fault.New(fault.Conflict, madeBy(*held.Live)+" One business unit has one set: regenerate it if you need a new one.")
	case held.Live == nil && replacing:
		return errNothing
	case replacing && held.Live.VerifiedAt != nil && opened.Before(*held.Live.VerifiedAt):
		return fault.New(fault.Conflict, madeBy(*held.Live)+msgNewer)
	}
	return nil
}

// busy tells who works on the unit's sets, as fault.Conflict; errInterrupted
// when the lease of whoever did ran out, nil when nobody does.
func busy(held store.HeldCredentials) error {
	switch {
	case held.Issuing != nil && leaseLives(held.Issuing):
		return fault.New(fault.Conflict, fmt.Sprintf("%s is making a credential set for this business unit since %s. "+
			"Open the credentials page again in a minute.", held.Issuing.CreatedBy, instant(held.Issuing.CreatedAt)))
	case held.Issuing != nil:
		return errInterrupted
	case held.Live == nil || held.Live.State != models.CredentialRetiring:
		return nil
	case leaseLives(held.Live):
		return fault.New(fault.Conflict, held.Live.RetiredBy+" is revoking credential set "+Mask(held.Live.AccessKeyID)+
			" right now. Open the credentials page again in a minute.")
	}
	return errInterrupted
}

const msgNewer = " That was after you opened this form: open the page again to see the set that you would stop."

func madeBy(set models.Credential) string {
	at := set.CreatedAt
	if set.VerifiedAt != nil {
		at = *set.VerifiedAt
	}
	return fmt.Sprintf("%s generated credential set %s on %s.", set.CreatedBy, Mask(set.AccessKeyID), instant(at))
}

func instant(at time.Time) string { return at.UTC().Format("2 January 2006, 15:04:05 UTC") }

// record appends the row of one change of a set to the history. details may be
// nil.
func record(ctx context.Context, tx *store.Store, by models.Actor, set models.Credential, action, summary string, details map[string]any) error {
	if details == nil {
		details = map[string]any{}
	}
	if set.AccessKeyID != "" {
		details["access_key_id"] = set.AccessKeyID
	}
	return history.Record(ctx, tx, history.Event{
		By: by, UnitID: set.UnitID, Action: action, ObjectKind: "credential", ObjectID: set.ID,
		Summary: summary, Details: details,
	})
}
