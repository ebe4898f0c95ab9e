package credential

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// carryOut does the steps between the issuing row and the active set, each
// outcome committed before the next call goes out:
// a key that works, the old one retiring, the old one dead, the new one active.
func (s *Service) carryOut(ctx context.Context, t *task) (sealed.Plain, error) {
	if err := s.EnsureUser(ctx, t.unit); err != nil {
		return sealed.Plain{}, err
	}
	secret, err := s.makeKey(ctx, t)
	if err != nil {
		return sealed.Plain{}, err
	}
	if t.proof.Kept, err = s.proveAccepted(ctx, t.unit, t.next.AccessKeyID, secret); err != nil {
		return sealed.Plain{}, err
	}
	t.proof.Accepted = now().Sub(t.begun)
	if t.old != nil {
		if err := s.retireOld(ctx, t); err != nil {
			return sealed.Plain{}, err
		}
		first, last, err := s.stopKey(ctx, t.unit, t.old.AccessKeyID)
		if err != nil {
			return sealed.Plain{}, err
		}
		t.proof.Refusals, t.proof.FirstRefusal, t.proof.LastRefusal = s.proofCount, first.Sub(t.begun), last.Sub(t.begun)
	}
	return secret, s.finish(ctx, t)
}

// makeKey creates the new key and notes its id on the row. IAM allows two keys
// a user, so keys that the database does not know are removed first. An answer
// that is lost leaves just such a key: it is removed and another one made.
func (s *Service) makeKey(ctx context.Context, t *task) (sealed.Plain, error) {
	if err := s.removeStrangers(ctx, t); err != nil {
		return sealed.Plain{}, err
	}
	key, err := s.createKey(ctx, t.unit)
	if err != nil {
		if removing := s.removeStrangers(ctx, t); removing != nil {
			return sealed.Plain{}, errors.Join(err, removing)
		}
		if key, err = s.createKey(ctx, t.unit); err != nil {
			return sealed.Plain{}, err
		}
	}
	named := t.next
	named.AccessKeyID = aws.ToString(key.AccessKeyId)
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.ChangeCredential(ctx, t.next, named); err != nil {
			return err
		}
		return record(ctx, tx, t.by, named, "credentials.key_created", "Created access key "+Mask(named.AccessKeyID), nil)
	})
	if err != nil {
		return sealed.Plain{}, fmt.Errorf("note new key of %s: %w", t.unit.Slug, err)
	}
	t.next = named
	return sealed.NewPlain(aws.ToString(key.SecretAccessKey)), nil
}

// retireOld commits that the old set is going: from here on the operation only
// rolls forward. The new set's row is written too, which proves that its lease
// is still ours.
func (s *Service) retireOld(ctx context.Context, t *task) error {
	old, next := *t.old, t.next
	proved := now()
	next.VerifiedAt = &proved
	old.State, old.RetiredBy, old.LeaseUntil = models.CredentialRetiring, t.by.Name, next.LeaseUntil
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.ChangeCredential(ctx, t.next, next); err != nil {
			return err
		}
		if err := tx.ChangeCredential(ctx, *t.old, old); err != nil {
			return err
		}
		return record(ctx, tx, t.by, old, "credentials.retiring",
			"Began to stop credential set "+Mask(old.AccessKeyID)+": its successor works", nil)
	})
	if err != nil {
		return fmt.Errorf("retire key %s of %s: %w", old.AccessKeyID, t.unit.Slug, err)
	}
	t.next, t.old = next, &old
	return nil
}

// stopKey deletes a key and proves that it is refused.
func (s *Service) stopKey(ctx context.Context, unit models.BusinessUnit, accessKeyID string) (first, last time.Time, err error) {
	if err := s.deleteKey(ctx, unit, accessKeyID); err != nil {
		return first, last, err
	}
	return s.proveRefused(ctx, unit, accessKeyID)
}

// finish makes the new set the unit's set, and the old one history, at once.
func (s *Service) finish(ctx context.Context, t *task) error {
	active := t.next
	done := now()
	active.State, active.VerifiedAt, active.LeaseUntil = models.CredentialActive, &done, nil
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		action, summary := "credentials.generated", "Generated credential set "+Mask(active.AccessKeyID)
		details := t.proof.details()
		if t.old != nil {
			action = "credentials.regenerated"
			summary = "Replaced credential set " + Mask(t.old.AccessKeyID) + ", which is refused now, by " + Mask(active.AccessKeyID)
			if err := retire(ctx, tx, *t.old, details); err != nil {
				return err
			}
		}
		if err := tx.ChangeCredential(ctx, t.next, active); err != nil {
			return err
		}
		return record(ctx, tx, t.by, active, action, summary, details)
	})
	if err != nil {
		return fmt.Errorf("make key %s the one of %s: %w", active.AccessKeyID, t.unit.Slug, err)
	}
	t.next = active
	return nil
}

// retire ends a retiring set whose key was proved to be refused, and adds to
// details where it was used from: whoever looks for a leak asks for that later.
func retire(ctx context.Context, tx *store.Store, old models.Credential, details map[string]any) error {
	seen, err := tx.KeyAddresses(ctx, old.AccessKeyID)
	if err != nil {
		return err
	}
	var addresses []string
	for _, at := range seen {
		addresses = append(addresses, at.Address)
	}
	details["stopped_access_key_id"], details["stopped_used_from"] = old.AccessKeyID, addresses
	retired := old
	done := now()
	retired.State, retired.RetiredAt, retired.LeaseUntil = models.CredentialRetired, &done, nil
	return tx.ChangeCredential(ctx, old, retired)
}

// giveUp puts right what a failed operation left, as far as that goes now, and
// gives the fault that tells what works. What cannot be put right now is left
// to Settle, with the lease ended. It goes by what the database says, for a
// commit whose answer was lost is a commit.
func (s *Service) giveUp(ctx context.Context, t *task, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	held, err := s.store.HeldCredentials(ctx, t.unit.ID)
	switch {
	case err != nil || held.Issuing == nil || held.Issuing.ID != t.next.ID || !sameLease(*held.Issuing, t.next):
		return fault.Wrap(fault.Unavailable, errors.Join(cause, err),
			"Making the credential set was interrupted. Open the credentials page to see what works now.")
	case held.Live != nil && held.Live.State == models.CredentialRetiring:
		return fault.Wrap(fault.Unavailable, errors.Join(cause, s.release(ctx, *held.Issuing)),
			"The old credential set is being stopped, but that could not be finished in time. The portal goes on by itself. "+
				"The new set's secret cannot be shown any more: when the credentials page says that it is active, regenerate.")
	}
	left := &task{by: t.by, unit: t.unit, next: *held.Issuing, old: held.Live}
	works := "There is no credential set."
	if left.old != nil {
		works = "The set " + Mask(left.old.AccessKeyID) + " still works."
	}
	failed := s.abandon(ctx, left)
	if failed != nil {
		failed = errors.Join(failed, s.release(ctx, left.next))
	}
	return fault.Wrap(fault.Unavailable, errors.Join(cause, failed),
		"No new credential set was made: the identity service or the storage did not do its part. "+works+" Try again in a minute.")
}

func sameLease(a, b models.Credential) bool {
	return a.LeaseUntil != nil && b.LeaseUntil != nil && a.LeaseUntil.Equal(*b.LeaseUntil)
}

// release ends the lease on a set, so that Settle need not wait for it.
func (s *Service) release(ctx context.Context, set models.Credential) error {
	freed := set
	at := now()
	freed.LeaseUntil = &at
	if err := s.store.ChangeCredential(ctx, set, freed); err != nil {
		return fmt.Errorf("release credential %d: %w", set.ID, err)
	}
	return nil
}
