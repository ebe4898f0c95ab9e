package credential

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"seaportal/internal/store"
	"seaportal/models"
)

// TakeOver lets Settle work on everything at once, without waiting for leases.
// Only the one process of a database may call it, at its start: whoever held a
// lease is dead then.
func (s *Service) TakeOver(ctx context.Context) error {
	return s.store.EndCredentialLeases(ctx, now())
}

// Settle finishes what interrupted operations left, on every unit, and costs
// one query when there is nothing. Call it at the start and every minute.
// One unit's failure does not stop the others.
func (s *Service) Settle(ctx context.Context) error {
	units, err := s.store.UnsettledUnits(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, unitID := range units {
		failed = append(failed, s.settleInTime(ctx, unitID))
	}
	return errors.Join(failed...)
}

func (s *Service) settleInTime(ctx context.Context, unitID int64) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	return s.settle(ctx, unitID)
}

// usesKept is how long the addresses of a key are kept after their last
// request.
const usesKept = 400 * 24 * time.Hour

// Reconcile is Settle, and then compares every unit with IAM: keys that the
// database does not know are recorded and removed, a policy that is not the
// portal's is recorded and replaced, the last use is noted; old nonces and
// addresses are forgotten. It asks IAM up to three times a unit: call it every
// hour.
func (s *Service) Reconcile(ctx context.Context) error {
	failed := []error{
		s.Settle(ctx), s.store.DeleteNonces(ctx, now().Add(-nonceLife)), s.store.DropKeyAddresses(ctx, now().Add(-usesKept)),
	}
	units, err := s.store.Units(ctx)
	if err != nil {
		return errors.Join(append(failed, err)...)
	}
	for _, unit := range units {
		if !unit.HasLocation() {
			continue
		}
		if err := s.compare(ctx, unit); err != nil {
			failed = append(failed, fmt.Errorf("reconcile credentials of %s: %w", unit.Slug, err))
		}
	}
	return errors.Join(failed...)
}

// compare removes strangers from one unit that nobody works on. IAM is listed
// first and the database read after it: a key that an operation makes is listed
// only when its issuing row was there before, so it is never taken for one.
func (s *Service) compare(ctx context.Context, unit models.BusinessUnit) error {
	ids, err := s.keys(ctx, unit)
	if err != nil {
		return err
	}
	held, err := s.store.HeldCredentials(ctx, unit.ID)
	if err != nil {
		return err
	}
	if held.Issuing != nil || held.Live != nil && held.Live.State == models.CredentialRetiring {
		return nil
	}
	for _, id := range ids {
		if held.Live != nil && held.Live.AccessKeyID == id {
			continue
		}
		if err := s.removeStranger(ctx, unit, id); err != nil {
			return err
		}
		s.log.WarnContext(ctx, "unknown access key removed", slog.String("unit", unit.Slug), slog.String("access_key_id", id))
	}
	return errors.Join(s.repairPolicy(ctx, unit), s.noteLastUse(ctx, held))
}

func (s *Service) noteLastUse(ctx context.Context, held store.HeldCredentials) error {
	if held.Live == nil {
		return nil
	}
	at, err := s.lastUsed(ctx, *held.Live)
	if err != nil || at == nil {
		return err
	}
	return s.store.NoteLastUse(ctx, held.Live.ID, *at)
}
