package businessunit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/models"
)

// switchTime bounds what turning SEA on or off may take beside the revoking of
// a credential set, which has its own time.
const switchTime = 60 * time.Second

// Enable turns Secure External Access on: the unit gets its SEA location, the
// same as before if it ever had one, its system-generated key and its IAM user. It goes on when the
// caller's context ends. A unit that is enabled already is a success.
//
// Faults: NotFound; Conflict while SEA is being disabled; Unavailable when IAM
// did not do its part: the portal then goes on by itself.
func (s *Service) Enable(ctx context.Context, by models.Actor, slug string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), switchTime)
	defer cancel()
	unit, err := s.Store.UnitBySlug(ctx, slug)
	if err != nil {
		return err
	}
	if unit, err = s.beginEnabling(ctx, by, unit.ID); err != nil {
		return err
	}
	if unit.SEAState == models.SEAEnabled {
		return nil
	}
	return s.finishEnabling(ctx, by, unit)
}

// beginEnabling commits the intent, with the location that the unit gets.
func (s *Service) beginEnabling(ctx context.Context, by models.Actor, id int64) (models.BusinessUnit, error) {
	var unit models.BusinessUnit
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.LockUnits(ctx); err != nil {
			return err
		}
		var err error
		if unit, err = tx.UnitForUpdate(ctx, id); err != nil {
			return err
		}
		switch {
		case unit.SEAState == models.SEAEnabled, unit.SEAState == models.SEAEnabling:
			return nil
		case unit.SEAState == models.SEADisabling:
			return fault.New(fault.Conflict, "Secure External Access is being disabled for this business unit. Try again in a minute.")
		case unit.StorageKind != models.StorageSystem:
			return fault.New(fault.Conflict, "This business unit keeps its files in custom storage, which is not eligible for SEA.")
		}
		if err := s.assign(ctx, tx, &unit); err != nil {
			return err
		}
		if err := tx.ChangeSEA(ctx, id, models.SEAOff, models.SEAEnabling); err != nil {
			return err
		}
		unit.SEAState = models.SEAEnabling
		return record(ctx, tx, by, unit, "business_unit.enabling", "Began to enable SEA at "+unit.FileLocation())
	})
	return unit, err
}

// assign gives the unit a location, unless it has one.
func (s *Service) assign(ctx context.Context, tx *store.Store, unit *models.BusinessUnit) error {
	if unit.HasLocation() {
		return nil
	}
	units, err := tx.Units(ctx)
	if err != nil {
		return err
	}
	bucket := s.SEABucket
	prefix, err := freeLocation(unit.Slug, bucket, units)
	if err != nil {
		return err
	}
	unit.SEABucket, unit.SEAPrefix = &bucket, &prefix
	return tx.AssignLocation(ctx, unit.ID, bucket, prefix)
}

func (s *Service) finishEnabling(ctx context.Context, by models.Actor, unit models.BusinessUnit) error {
	if _, err := s.Keys.System(ctx, unit); err != nil {
		return err
	}
	if err := s.Access.EnsureUser(ctx, unit); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The identity service did not do its part, so SEA is not enabled yet. "+
			"The portal goes on by itself; you may also enable it again.")
	}
	return s.settled(ctx, by, unit, models.SEAEnabled, "business_unit.enabled", "Enabled SEA at "+unit.FileLocation())
}

// settled commits the outcome of an intent. When somebody else did, that is a
// success too; when the unit went another way meanwhile, it is fault.Conflict.
func (s *Service) settled(
	ctx context.Context, by models.Actor, unit models.BusinessUnit, to models.SEAState, action, summary string,
) error {
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.ChangeSEA(ctx, unit.ID, unit.SEAState, to); err != nil {
			return err
		}
		return record(ctx, tx, by, unit, action, summary)
	})
	if !errors.Is(err, store.ErrStale) {
		return err
	}
	current, readErr := s.Store.Unit(ctx, unit.ID)
	switch {
	case readErr != nil:
		return readErr
	case current.SEAState == to:
		return nil
	}
	return fault.Wrap(fault.Conflict, err, fmt.Sprintf("Somebody else changed this business unit: SEA is %s now.", current.SEAState))
}
