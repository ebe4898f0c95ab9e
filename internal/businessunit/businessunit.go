// Package businessunit owns the tenants: making one, giving it its places in
// active storage and in SEA, turning Secure External Access on and off. It
// refuses places that overlap: no unit's files may ever be another's.
//
// Turning SEA on or off is an intent that is committed first, so that Settle
// can finish what a crash interrupted.
package businessunit

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"seaportal/internal/clock"
	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/keys"
	"seaportal/internal/store"
	"seaportal/models"
)

// defaultActiveBucket is where a unit's files live unless it is told otherwise.
const defaultActiveBucket = "active"

// Service makes and changes business units. Every field must be set, but for
// ActiveBucket, where new units keep their files unless they are told otherwise:
// empty is `active`. SEABucket is the bucket that locations are assigned in,
// Region the region that units are shown with.
type Service struct {
	Store        *store.Store
	Access       *credential.Service
	Keys         *keys.Service
	Clock        clock.Clock
	ActiveBucket string
	SEABucket    string
	Region       string
}

// New is what a person says of a new unit. ActiveBucket and ActivePrefix may be
// empty: then they are the service's and the slug with a slash.
type New struct {
	Name, Slug                 string
	ActiveBucket, ActivePrefix string
}

// Create makes a business unit, with SEA off. fault.Invalid says which field is
// wrong: also a slug that is taken, and beside `active_prefix` a place that
// overlaps another unit's.
func (s *Service) Create(ctx context.Context, by models.Actor, in New) (models.BusinessUnit, error) {
	unit := s.filled(in)
	if err := unit.Validate(); err != nil {
		return models.BusinessUnit{}, aboutInput(err, in)
	}
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.LockUnits(ctx); err != nil {
			return err
		}
		others, err := tx.Units(ctx)
		if err != nil {
			return err
		}
		if err := s.clash(unit, others); err != nil {
			return err
		}
		if err := tx.CreateUnit(ctx, &unit); err != nil {
			return err
		}
		return record(ctx, tx, by, unit, "business_unit.created",
			"Created the business unit "+unit.Name+" over "+unit.ActiveBucket+"/"+unit.ActivePrefix)
	})
	if fault.Is(err, fault.Conflict) { // the index on slugs, should the lock not have held
		return models.BusinessUnit{}, fault.BadInput(slugTaken(unit.Slug))
	}
	if err != nil {
		return models.BusinessUnit{}, err
	}
	return unit, nil
}

func (s *Service) filled(in New) models.BusinessUnit {
	unit := models.BusinessUnit{
		Slug: in.Slug, Name: strings.TrimSpace(in.Name), Region: s.Region,
		ActiveBucket: in.ActiveBucket, ActivePrefix: in.ActivePrefix,
		StorageKind: models.StorageSystem, SEAState: models.SEAOff, RetentionDays: models.RetentionDays,
	}
	if unit.ActiveBucket == "" {
		unit.ActiveBucket = cmp.Or(s.ActiveBucket, defaultActiveBucket)
	}
	if unit.ActivePrefix == "" {
		unit.ActivePrefix = unit.Slug + "/"
	}
	return unit
}

// aboutInput drops the complaint about a prefix that nobody entered: it was
// derived from a slug that has a complaint of its own.
func aboutInput(err error, in New) error {
	var bad *fault.Error
	if in.ActivePrefix != "" || !errors.As(err, &bad) {
		return err
	}
	entered := slices.DeleteFunc(slices.Clone(bad.Fields), func(f fault.Field) bool { return f.Name == "active_prefix" })
	return fault.BadInput(entered...)
}

// BySlug gives one unit, or fault.NotFound.
func (s *Service) BySlug(ctx context.Context, slug string) (models.BusinessUnit, error) {
	return s.Store.UnitBySlug(ctx, slug)
}

// List gives every unit by name.
func (s *Service) List(ctx context.Context) ([]models.BusinessUnit, error) {
	return s.Store.Units(ctx)
}

// What history calls a unit, and that SEA was disabled for it.
const (
	objectKind     = "business_unit"
	actionDisabled = "business_unit.disabled"
)

// record appends the row of one change of a unit to the history.
func record(ctx context.Context, tx *store.Store, by models.Actor, unit models.BusinessUnit, action, summary string) error {
	return history.Record(ctx, tx, history.Event{
		By: by, UnitID: unit.ID, Action: action, ObjectKind: objectKind, ObjectID: unit.ID, Summary: summary,
		Details: map[string]any{"slug": unit.Slug, "file_location": unit.FileLocation()},
	})
}
