package credential

import (
	"context"
	"errors"
	"fmt"

	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// abandon ends an issuing set that never became active: its key, noted or not,
// is deleted, then the row says so. The set that it was to replace stays.
func (s *Service) abandon(ctx context.Context, t *task) error {
	if t.next.AccessKeyID != "" {
		if err := s.deleteKey(ctx, t.unit, t.next.AccessKeyID); err != nil {
			return err
		}
	}
	if err := s.removeStrangers(ctx, t); err != nil {
		return err
	}
	over := t.next
	at := now()
	over.State, over.RetiredAt, over.RetiredBy, over.LeaseUntil = models.CredentialAbandoned, &at, t.by.Name, nil
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.ChangeCredential(ctx, t.next, over); err != nil {
			return err
		}
		return record(ctx, tx, t.by, over, "credentials.abandoned", "Gave up making a credential set: nothing of it works", nil)
	})
}

// removeStrangers deletes the unit's keys that are neither of the task's sets.
func (s *Service) removeStrangers(ctx context.Context, t *task) error {
	ids, err := s.keys(ctx, t.unit)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if id == t.next.AccessKeyID || t.old != nil && id == t.old.AccessKeyID {
			continue
		}
		if err := s.removeStranger(ctx, t.unit, id); err != nil {
			return err
		}
	}
	return nil
}

// removeStranger records, then deletes, one key that must not be there. A key
// of a set that is over is deleted again without a second record.
func (s *Service) removeStranger(ctx context.Context, unit models.BusinessUnit, accessKeyID string) error {
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		known, err := tx.KnowsKey(ctx, unit.ID, accessKeyID)
		if err != nil || known {
			return err
		}
		return history.Record(ctx, tx, history.Event{
			By: models.System, UnitID: unit.ID, Action: "credentials.unknown_key_removed",
			ObjectKind: "business_unit", ObjectID: unit.ID,
			Summary: "Found access key " + Mask(accessKeyID) + ", which is no credential set of this business unit, and removes it",
			Details: map[string]any{"access_key_id": accessKeyID},
		})
	})
	if err != nil {
		return fmt.Errorf("record unknown key %s of %s: %w", accessKeyID, unit.Slug, err)
	}
	return s.deleteKey(ctx, unit, accessKeyID)
}

// settle finishes what an interrupted operation left on one unit. While a
// lease lives it does nothing. Before the old set is retiring, the new one is
// abandoned; from there on the operation rolls forward, and ends active and not
// acknowledged.
func (s *Service) settle(ctx context.Context, unitID int64) error {
	held, err := s.store.HeldCredentials(ctx, unitID)
	if err != nil {
		return err
	}
	set := held.Issuing
	if set == nil {
		set = held.Live
	}
	if set == nil || set.State == models.CredentialActive || leaseLives(set) {
		return nil
	}
	taken, err := s.take(ctx, *set)
	if errors.Is(err, store.ErrStale) {
		return nil // another process settles it
	}
	if err != nil {
		return err
	}
	unit, err := s.store.Unit(ctx, unitID)
	if err != nil {
		return err
	}
	if err := s.settleTaken(ctx, unit, taken); err != nil {
		return errors.Join(fmt.Errorf("settle credentials of %s: %w", unit.Slug, err), s.releaseAfter(ctx, taken))
	}
	return nil
}

// take moves a lease that ran out to this caller. ErrStale says that somebody
// was faster.
func (s *Service) take(ctx context.Context, set models.Credential) (models.Credential, error) {
	taken := set
	taken.LeaseUntil = s.lease()
	return taken, s.store.ChangeCredential(ctx, set, taken)
}

func (s *Service) releaseAfter(ctx context.Context, set models.Credential) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	return s.release(ctx, set)
}

// settleTaken works on a set whose lease is ours. What else the unit holds is
// read again: it may have moved before the lease was taken, not after.
func (s *Service) settleTaken(ctx context.Context, unit models.BusinessUnit, taken models.Credential) error {
	if taken.State == models.CredentialRetiring {
		return s.finishRevoking(ctx, models.System, unit, taken)
	}
	held, err := s.store.HeldCredentials(ctx, unit.ID)
	if err != nil {
		return err
	}
	t := &task{by: models.System, unit: unit, next: taken, old: held.Live}
	if t.old == nil || t.old.State == models.CredentialActive {
		return s.abandon(ctx, t)
	}
	if _, _, err := s.stopKey(ctx, unit, t.old.AccessKeyID); err != nil {
		return err
	}
	return s.finish(ctx, t)
}
