package credential

import (
	"context"
	"errors"
	"fmt"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/models"
)

// Revoke stops the unit's credential set without a successor: when it returns,
// the key is refused and the unit has no working key. seen is the access key id
// of the set that the form spoke of, empty for whichever is there. confirm must be
// the unit's slug, else it is fault.Invalid beside `confirm`. It goes on when the
// caller's context ends.
//
// Faults: Conflict when there is no set, another than was seen, or somebody works
// on it (the message says who), whatever was typed; Unavailable when IAM or S3 did
// not do their part: the portal then goes on by itself.
func (s *Service) Revoke(ctx context.Context, by models.Actor, unit models.BusinessUnit, seen, confirm string) error {
	err := fault.Confirm(unit.Slug, confirm)
	if err == nil {
		err = s.withdraw(ctx, by, unit.ID, seen)
	} else if _, stale := revocable(ctx, s.store, unit.ID, seen); stale != nil && !errors.Is(stale, errInterrupted) {
		err = stale // typing it right would not help
	}
	return nothing(ctx, s.store, unit.ID, err)
}

// revocable gives the unit's set, if it is the one that was seen and nobody works
// on it.
func revocable(ctx context.Context, in *store.Store, unitID int64, seen string) (models.Credential, error) {
	held, err := in.HeldCredentials(ctx, unitID)
	if err != nil {
		return models.Credential{}, err
	}
	if err := busy(held); err != nil {
		return models.Credential{}, err
	}
	if held.Live == nil {
		return models.Credential{}, errNothing
	}
	if seen != "" && held.Live.AccessKeyID != seen {
		return models.Credential{}, fault.New(fault.Conflict, madeBy(*held.Live)+msgNewer)
	}
	return *held.Live, nil
}

// nothing makes errNothing a fault.Conflict that says who revoked the last set,
// and when; other errors stay as they are.
func nothing(ctx context.Context, in *store.Store, unitID int64, cause error) error {
	if !errors.Is(cause, errNothing) {
		return cause
	}
	past, err := in.PastCredentials(ctx, unitID, 1)
	if err != nil {
		return err
	}
	if len(past) == 0 || past[0].RetiredAt == nil || past[0].RetiredBy == "" {
		return fault.Wrap(fault.Conflict, cause, "There is no credential set. Open the credentials page to generate one.")
	}
	return fault.Wrap(fault.Conflict, cause, fmt.Sprintf("%s revoked credential set %s on %s: there is none any more. Open the credentials page to generate one.",
		past[0].RetiredBy, Mask(past[0].AccessKeyID), instant(*past[0].RetiredAt)))
}

// Withdraw is Revoke for whoever takes SEA away from a unit: that was confirmed
// already, and a unit without a set is a success.
func (s *Service) Withdraw(ctx context.Context, by models.Actor, unit models.BusinessUnit) error {
	err := s.withdraw(ctx, by, unit.ID, "")
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

// Busy tells, inside the transaction of the caller, whether somebody works on
// the unit's credential set right now: fault.Conflict says who. What was
// interrupted counts for nothing: Withdraw settles it first.
func Busy(ctx context.Context, tx *store.Store, unitID int64) error {
	held, err := tx.HeldCredentials(ctx, unitID)
	if err != nil {
		return err
	}
	if err := busy(held); !errors.Is(err, errInterrupted) {
		return err
	}
	return nil
}

var errNothing = errors.New("the unit has no credential set")

func (s *Service) withdraw(ctx context.Context, by models.Actor, unitID int64, seen string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer cancel()
	unit, old, err := s.beginRevoking(ctx, by, unitID, seen)
	if errors.Is(err, errInterrupted) {
		if err := s.settle(ctx, unitID); err != nil {
			return fault.Wrap(fault.Unavailable, err, msgUnsettled)
		}
		unit, old, err = s.beginRevoking(ctx, by, unitID, seen)
	}
	if err != nil {
		return err
	}
	if err := s.finishRevoking(ctx, by, unit, old); err != nil {
		return fault.Wrap(fault.Unavailable, errors.Join(err, s.releaseAfter(ctx, old)),
			"The credential set is being stopped, but that could not be finished in time. The portal goes on by itself: "+
				"the credentials page says when the set is refused.")
	}
	return nil
}

// beginRevoking commits that the unit's set is going, if it is the one that was
// seen.
func (s *Service) beginRevoking(ctx context.Context, by models.Actor, unitID int64, seen string) (models.BusinessUnit, models.Credential, error) {
	var unit models.BusinessUnit
	var old models.Credential
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		var err error
		if unit, err = tx.UnitForUpdate(ctx, unitID); err != nil {
			return err
		}
		live, err := revocable(ctx, tx, unitID, seen)
		if err != nil {
			return err
		}
		old = live
		old.State, old.RetiredBy, old.LeaseUntil = models.CredentialRetiring, by.Name, s.lease()
		if err := tx.ChangeCredential(ctx, live, old); err != nil {
			return err
		}
		return record(ctx, tx, by, old, "credentials.retiring", "Began to revoke credential set "+Mask(old.AccessKeyID), nil)
	})
	return unit, old, err
}

// finishRevoking leaves the unit without any key: the set's is deleted and
// proved to be refused, others that IAM has are removed.
func (s *Service) finishRevoking(ctx context.Context, by models.Actor, unit models.BusinessUnit, old models.Credential) error {
	if _, _, err := s.stopKey(ctx, unit, old.AccessKeyID); err != nil {
		return err
	}
	if err := s.removeStrangers(ctx, &task{unit: unit, next: old}); err != nil {
		return err
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		details := map[string]any{}
		if err := retire(ctx, tx, old, details); err != nil {
			return err
		}
		return record(ctx, tx, by, old, "credentials.revoked",
			"Revoked credential set "+Mask(old.AccessKeyID)+": it is refused now", details)
	})
	if err != nil {
		return fmt.Errorf("retire key %s of %s: %w", old.AccessKeyID, unit.Slug, err)
	}
	return nil
}
