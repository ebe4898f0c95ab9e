package rulebook

import (
	"context"
	"errors"
	"fmt"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// aside is a priority that no rule has. One of two rules waits there while they
// exchange theirs: at no instant may two have the same.
const aside = 0

// Raise exchanges the priorities of a rule and of the one of its media type that
// comes just before it; the first stays where it is. Both get a new version. It
// gives the rule and the other one, nil where there is none.
//
// Faults: NotFound for a rule that is unknown, another unit's or deleted;
// Conflict when the rule is not what the person saw any more.
func (s *Service) Raise(ctx context.Context, by models.Actor, unit models.BusinessUnit, id, lockVersion int64) (raised Rule, lowered *Rule, err error) {
	var pair [2]models.Rule // the one that is raised, and the other
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.UnitForUpdate(ctx, unit.ID); err != nil { // one exchange at a time
			return err
		}
		rules, err := tx.Rules(ctx, unit.ID)
		if err != nil {
			return err
		}
		pair = [2]models.Rule{}
		for i, row := range rules { // by media type, then by priority
			if row.ID != id {
				continue
			}
			pair[0] = row
			if i > 0 && rules[i-1].MediaType == row.MediaType {
				pair[1] = rules[i-1]
			}
		}
		switch {
		case pair[0].ID == 0:
			return fault.New(fault.NotFound, "This rule is deleted.")
		case pair[0].LockVersion != lockVersion:
			return store.ErrStale
		case pair[1].ID == 0:
			return nil
		}
		return s.exchange(ctx, tx, by, &pair)
	})
	if errors.Is(err, store.ErrStale) {
		err = errChanged(err)
	}
	if err != nil {
		return Rule{}, nil, fmt.Errorf("raise rule %d: %w", id, err)
	}
	if raised, err = read(pair[0]); err != nil || pair[1].ID == 0 {
		return raised, nil, err
	}
	other, err := read(pair[1])
	return raised, &other, err
}

// exchange gives each of two rules the other's priority.
func (s *Service) exchange(ctx context.Context, tx *store.Store, by models.Actor, pair *[2]models.Rule) error {
	was := [2]int{pair[0].Priority, pair[1].Priority}
	pair[1].Priority = aside
	if err := tx.UpdateRule(ctx, &pair[1]); err != nil {
		return err
	}
	events := make([]history.Event, 0, len(pair))
	for i := range pair {
		row := &pair[i]
		row.Priority, row.UpdatedAt = was[1-i], s.Clock.Now()
		row.Version++
		if err := tx.UpdateRule(ctx, row); err != nil {
			return err
		}
		d, err := Definition(*row)
		if err != nil {
			return err
		}
		if err := keepVersion(ctx, tx, by, *row, d); err != nil {
			return err
		}
		events = append(events, event(by, *row, "rule.changed", "Changed", map[string]any{
			"priority_before": was[i], "priority": row.Priority, "version": row.Version, "exchanged_with": pair[1-i].ID,
		}))
	}
	return history.Record(ctx, tx, events...)
}
