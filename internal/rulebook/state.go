package rulebook

import (
	"context"
	"fmt"

	"seaportal/internal/history"
	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/models"
)

// Pause stops a rule from claiming and placing until it is resumed. A rule
// that is paused already stays so.
func (s *Service) Pause(ctx context.Context, by models.Actor, unit models.BusinessUnit, id int64) (Rule, error) {
	return s.setState(ctx, by, unit, id, models.RulePaused)
}

// Resume turns a paused rule or a draft on.
func (s *Service) Resume(ctx context.Context, by models.Actor, unit models.BusinessUnit, id int64) (Rule, error) {
	return s.setState(ctx, by, unit, id, models.RuleOn)
}

// Delete stops a rule for good and frees its name and priority. Its files stay
// managed by it, and none of them is ever open to another rule.
func (s *Service) Delete(ctx context.Context, by models.Actor, unit models.BusinessUnit, id int64) (Rule, error) {
	return s.setState(ctx, by, unit, id, models.RuleDeleted)
}

// setState returns fault.NotFound for a rule that is unknown, another unit's
// or deleted, and fault.Conflict when somebody changes it at the same time.
func (s *Service) setState(
	ctx context.Context, by models.Actor, unit models.BusinessUnit, id int64, to models.RuleState,
) (Rule, error) {
	row, err := s.live(ctx, unit, id)
	if err != nil {
		return Rule{}, err
	}
	if row.State == to {
		return read(row)
	}
	from := rule.State(row.State)
	row.State, row.UpdatedAt = to, s.Clock.Now()
	err = s.change(ctx, row, func(tx *store.Store) error {
		if err := tx.UpdateRule(ctx, &row); err != nil {
			return err
		}
		return history.Record(ctx, tx, stateEvent(by, row, from))
	})
	if err != nil {
		return Rule{}, fmt.Errorf("turn rule %d to %s: %w", id, to, err)
	}
	return read(row)
}

// stateEvent tells of a change of the state alone.
func stateEvent(by models.Actor, row models.Rule, from rule.State) history.Event {
	action, verb := "rule.changed", "Changed"
	switch row.State {
	case models.RuleOn:
		action, verb = "rule.resumed", "Turned on"
	case models.RulePaused:
		action, verb = "rule.paused", "Paused"
	case models.RuleDeleted:
		action, verb = "rule.deleted", "Deleted"
	case models.RuleDraft:
		action, verb = "rule.drafted", "Turned back into a draft"
	}
	return event(by, row, action, verb, map[string]any{"state_before": from, "state": row.State})
}

// event is a history row about a rule, such as "Paused the rule Claims".
func event(by models.Actor, row models.Rule, action, verb string, details map[string]any) history.Event {
	return history.Event{
		By: by, UnitID: row.UnitID, Action: action, ObjectKind: "rule", ObjectID: row.ID,
		Summary: fmt.Sprintf("%s the rule %s", verb, row.Name), Details: details,
	}
}
