package rulebook

import (
	"context"
	"fmt"

	"seaportal/internal/rule"
	"seaportal/models"
)

// Done is what a rule has done with files so far, by action: what makes a
// history.
type Done struct {
	// Managed counts all files that the rule has, Waiting those of them that
	// are in active storage and were never queued.
	Managed, Waiting int64
	Copied, Moved    int64
}

// Done counts what a rule did; fault.NotFound for one that is another unit's.
func (s *Service) Done(ctx context.Context, unit models.BusinessUnit, id int64) (Done, error) {
	if _, err := s.Store.Rule(ctx, unit.ID, id); err != nil {
		return Done{}, err
	}
	counts, err := s.Store.RuleCounts(ctx, unit.ID)
	if err != nil {
		return Done{}, err
	}
	byAction, err := s.Store.PlacementsByAction(ctx, unit.ID, id)
	return Done{
		Managed: counts[id].Managed, Waiting: counts[id].Waiting,
		Copied: byAction[string(rule.Copy)], Moved: byAction[string(rule.Move)],
	}, err
}

// TwoHistories warns before a rule's action is changed that it has files which
// were dealt with in another way. It is empty where there is nothing to warn of.
func (d Done) TwoHistories(from, to rule.Action) string {
	if from == to || !to.Valid() {
		return ""
	}
	kept := d.Managed - d.Copied - d.Moved
	const two = " The rule then has two histories: a new rule is clearer."
	switch {
	case from == rule.Keep && kept > 0:
		return fmt.Sprintf("This rule has kept %s out of SEA so far. As a rule that %s, it places those that are in active storage still and match.",
			files(kept), does(to)) + two
	case to == rule.Keep && d.Copied+d.Moved > 0:
		return fmt.Sprintf("This rule has placed %s in SEA so far. As a rule that keeps, it places none of the %s that wait.",
			files(d.Copied+d.Moved), files(d.Waiting)) + two
	case from == rule.Copy && d.Copied > 0:
		return fmt.Sprintf("This rule has copied %s so far, which stay in active storage. From now on it moves: the %s that wait, and new ones, leave active storage.",
			files(d.Copied), files(d.Waiting)) + two
	case from == rule.Move && d.Moved > 0:
		return fmt.Sprintf("This rule has moved %s so far, which are in active storage no more. From now on it copies.", files(d.Moved)) + two
	}
	return ""
}

func does(a rule.Action) string {
	if a == rule.Move {
		return "moves"
	}
	return "copies"
}

func files(n int64) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}
