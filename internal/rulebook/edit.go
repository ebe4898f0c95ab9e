package rulebook

import (
	"context"
	"errors"
	"fmt"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/models"
)

// Create adds a rule to a unit. It returns fault.Invalid with a message for
// each bad field, also where another rule has the name or the priority.
func (s *Service) Create(
	ctx context.Context, by models.Actor, unit models.BusinessUnit, d rule.Definition,
) (Rule, error) {
	d = clean(d)
	now := s.Clock.Now()
	if err := d.Validate(now, nil); err != nil {
		return Rule{}, err
	}
	row := models.Rule{UnitID: unit.ID, Version: 1, LockVersion: 1, CreatedAt: now, UpdatedAt: now}
	if err := write(&row, d); err != nil {
		return Rule{}, err
	}
	err := s.change(ctx, row, func(tx *store.Store) error {
		if err := tx.CreateRule(ctx, &row); err != nil {
			return err
		}
		if err := keepVersion(ctx, tx, by, row, d); err != nil {
			return err
		}
		return history.Record(ctx, tx, event(by, row, "rule.created", "Created", map[string]any{"definition": snapshotOf(d)}))
	})
	if err != nil {
		return Rule{}, fmt.Errorf("create rule %q: %w", d.Name, err)
	}
	return read(row)
}

// Update changes a rule that still has the lock version which the person saw;
// otherwise it returns fault.Conflict. It returns fault.Invalid like Create,
// and fault.NotFound for a rule that is unknown, another unit's or deleted. A
// definition that did not change makes no new version, and no history row if
// the state did not change either.
func (s *Service) Update(
	ctx context.Context, by models.Actor, unit models.BusinessUnit, id, lockVersion int64, d rule.Definition,
) (Rule, error) {
	d = clean(d)
	before, err := s.live(ctx, unit, id)
	if err != nil {
		return Rule{}, err
	}
	if err := d.Validate(s.Clock.Now(), &before.StartDate); err != nil {
		return Rule{}, err
	}
	if before.LockVersion != lockVersion {
		return Rule{}, errChanged(store.ErrStale)
	}
	row := before
	if err := write(&row, d); err != nil {
		return Rule{}, err
	}
	old, err := Definition(before)
	if err != nil {
		return Rule{}, err
	}
	redefined := !same(old, d)
	if !redefined && old.State == d.State {
		return read(before)
	}
	row.UpdatedAt = s.Clock.Now()
	if redefined {
		row.Version++
	}
	err = s.change(ctx, row, func(tx *store.Store) error {
		if err := tx.UpdateRule(ctx, &row); err != nil {
			return err
		}
		if !redefined {
			return history.Record(ctx, tx, stateEvent(by, row, old.State))
		}
		if err := keepVersion(ctx, tx, by, row, d); err != nil {
			return err
		}
		return history.Record(ctx, tx, event(by, row, "rule.changed", "Changed", map[string]any{
			"before": snapshotOf(old), "after": snapshotOf(d), "version": row.Version,
			"state_before": old.State, "state": d.State,
		}))
	})
	if err != nil {
		return Rule{}, fmt.Errorf("update rule %d: %w", id, err)
	}
	return read(row)
}

// live gives the row of a rule that is not deleted.
func (s *Service) live(ctx context.Context, unit models.BusinessUnit, id int64) (models.Rule, error) {
	row, err := s.Store.Rule(ctx, unit.ID, id)
	if err == nil && row.State == models.RuleDeleted {
		err = fault.New(fault.NotFound, "This rule is deleted.")
	}
	return row, err
}

// change runs do in a transaction in which no other rule has the name or the
// priority of row. Two requests can pass that check at the same time on
// PostgreSQL; then the unique index stops the second, and the check, made once
// more, says which rule was first.
func (s *Service) change(ctx context.Context, row models.Rule, do func(tx *store.Store) error) error {
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := untaken(ctx, tx, row); err != nil {
			return err
		}
		return do(tx)
	})
	if errors.Is(err, store.ErrStale) {
		return errChanged(err)
	}
	if fault.KindOf(err) == fault.Conflict {
		return errors.Join(untaken(ctx, s.Store, row), err)
	}
	return err
}

// errChanged says that the rule is not what the person saw any more.
func errChanged(err error) error {
	return fault.Wrap(fault.Conflict, err,
		"Somebody changed this rule meanwhile. Look at it as it stands now, then make your change again.")
}
