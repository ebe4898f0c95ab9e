package businessunit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// Disable turns Secure External Access off: the unit's rules are paused, its
// share links and its credential set are revoked, its files stay until they
// expire, its location stays its own. Presigned URLs go on: nobody can end those. confirm must be the slug, else it is fault.Invalid beside
// `confirm`. It goes on when the caller's context ends. A unit that is off
// already is a success.
//
// Faults: NotFound; Conflict while somebody makes or revokes its credentials;
// Unavailable when IAM or S3 did not do their part: the portal then goes on by
// itself.
func (s *Service) Disable(ctx context.Context, by models.Actor, slug, confirm string) error {
	ctx = context.WithoutCancel(ctx)
	unit, err := s.Store.UnitBySlug(ctx, slug)
	if err != nil {
		return err
	}
	if err := fault.Confirm(unit.Slug, confirm); err != nil {
		return err
	}
	if unit, err = s.beginDisabling(ctx, by, unit.ID); err != nil {
		return err
	}
	if unit.SEAState == models.SEAOff {
		return nil
	}
	return s.finishDisabling(ctx, by, unit)
}

// beginDisabling commits the intent. The rules are paused with it, so that from
// then on nothing new is placed, and the share links revoked: enabling again must
// not bring back what was taken away.
func (s *Service) beginDisabling(ctx context.Context, by models.Actor, id int64) (models.BusinessUnit, error) {
	ctx, cancel := context.WithTimeout(ctx, switchTime)
	defer cancel()
	var unit models.BusinessUnit
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		var err error
		if unit, err = tx.UnitForUpdate(ctx, id); err != nil {
			return err
		}
		if unit.SEAState == models.SEAOff || unit.SEAState == models.SEADisabling {
			return nil
		}
		if err := credential.Busy(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.ChangeSEA(ctx, id, unit.SEAState, models.SEADisabling); err != nil {
			return err
		}
		unit.SEAState = models.SEADisabling
		paused, err := tx.PauseRules(ctx, id)
		if err != nil {
			return err
		}
		events := []history.Event{{
			By: by, UnitID: id, Action: "business_unit.disabling", ObjectKind: "business_unit", ObjectID: id,
			Summary: "Began to disable SEA at " + unit.FileLocation(), Details: map[string]any{"rules_paused": len(paused)},
		}}
		revoked, err := tx.RevokeLinks(ctx, id, 0, clock.Real.Now(), by.Name) // links go by real time
		if err != nil {
			return err
		}
		if revoked > 0 {
			events = append(events, history.Event{
				By: by, UnitID: id, Action: "link.revoked_all", ObjectKind: "business_unit", ObjectID: id,
				Summary: fmt.Sprintf("Revoked every share link to the business unit: %d in all", revoked),
				Details: map[string]any{"because": "business_unit.disabling"},
			})
		}
		for _, rule := range paused {
			events = append(events, history.Event{
				By: by, UnitID: id, Action: "rule.paused", ObjectKind: "rule", ObjectID: rule.ID,
				Summary: "Paused the rule " + rule.Name, Details: map[string]any{"because": "business_unit.disabling"},
			})
		}
		return history.Record(ctx, tx, events...)
	})
	return unit, err
}

func (s *Service) finishDisabling(ctx context.Context, by models.Actor, unit models.BusinessUnit) error {
	if err := s.Access.Withdraw(ctx, by, unit); err != nil {
		return err
	}
	return s.settled(ctx, by, unit, models.SEAOff, actionDisabled,
		"Disabled SEA at "+unit.FileLocation()+": no key works, files stay until they expire")
}

// OffSince gives when SEA was last disabled, the zero time where history does
// not tell.
func (s *Service) OffSince(ctx context.Context, unit models.BusinessUnit) (time.Time, error) {
	row, err := s.Store.LastEvent(ctx, objectKind, unit.ID, actionDisabled)
	if fault.Is(err, fault.NotFound) {
		return time.Time{}, nil
	}
	return row.At, err
}

// Settle finishes what was begun: units that are being enabled or disabled, and
// allowed addresses that no policy holds yet. Call it at the start and every
// minute. A unit that somebody works on right now is left to them; one unit's
// failure does not stop the others.
func (s *Service) Settle(ctx context.Context) error {
	units, err := s.Store.UnitsIn(ctx, models.SEAEnabling, models.SEADisabling)
	if err != nil {
		return err
	}
	var failed []error
	for _, unit := range units {
		if err := s.settle(ctx, unit); err != nil && !fault.Is(err, fault.Conflict) {
			failed = append(failed, fmt.Errorf("settle %s, which is %s: %w", unit.Slug, unit.SEAState, err))
		}
	}
	return errors.Join(append(failed, s.settleAddresses(ctx))...)
}

// settleAddresses writes the policies that do not hold their unit's addresses
// yet.
func (s *Service) settleAddresses(ctx context.Context) error {
	units, err := s.Store.UnitsWithPendingPolicy(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, unit := range units {
		within, cancel := context.WithTimeout(ctx, switchTime)
		if err := s.Access.EnsureUser(within, unit); err != nil {
			failed = append(failed, fmt.Errorf("apply allowed addresses of %s: %w", unit.Slug, err))
		}
		cancel()
	}
	return errors.Join(failed...)
}

func (s *Service) settle(ctx context.Context, unit models.BusinessUnit) error {
	if unit.SEAState == models.SEADisabling {
		return s.finishDisabling(ctx, models.System, unit)
	}
	ctx, cancel := context.WithTimeout(ctx, switchTime)
	defer cancel()
	return s.finishEnabling(ctx, models.System, unit)
}
