package rulebook_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// order gives the names of a unit's rules as they stand in the list.
func order(t *testing.T, rules *rulebook.Service, unit models.BusinessUnit) []string {
	t.Helper()
	list, err := rules.List(t.Context(), unit)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range list {
		names = append(names, fmt.Sprintf("P%d %s", r.Priority, r.Name))
	}
	return names
}

func TestARuleIsRaisedByOneEvenWhereNoPriorityIsFree(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		unit, rules := newUnit(t, s, "emea"), &rulebook.Service{Store: s, Clock: clock.Real}
		var made []rulebook.Rule
		for i := range rule.MaxPriority {
			made = append(made, mustCreate(t, rules, unit, claims(named(fmt.Sprint("rule ", i+1), i+1))))
		}
		mustCreate(t, rules, unit, claims(named("chats", 1), func(d *rule.Definition) { d.MediaType = rule.ChatTranscript }))
		last := made[9]
		raised, lowered, err := rules.Raise(t.Context(), anna, unit, last.ID, last.LockVersion)
		if err != nil || raised.Priority != 9 || raised.Version != 2 || lowered == nil || lowered.ID != made[8].ID || lowered.Priority != 10 || lowered.Version != 2 {
			t.Fatalf("raised %+v, lowered %+v, %v", raised, lowered, err)
		}
		want := []string{
			"P1 rule 1", "P2 rule 2", "P3 rule 3", "P4 rule 4", "P5 rule 5", "P6 rule 6", "P7 rule 7", "P8 rule 8", "P9 rule 10", "P10 rule 9", "P1 chats",
		}
		if diff := cmp.Diff(want, order(t, rules, unit)); diff != "" {
			t.Error(diff)
		}
		versions, err := rules.Versions(t.Context(), unit, last.ID)
		if err != nil || len(versions) != 2 || versions[0].Priority != 9 || versions[1].Priority != 10 {
			t.Errorf("versions %+v, %v", versions, err)
		}
		if done := actions(t, s, unit); !cmp.Equal(done[len(done)-2:], []string{"rule.changed", "rule.changed"}) {
			t.Errorf("recorded %v", done)
		}
		if _, _, err := rules.Raise(t.Context(), anna, unit, last.ID, last.LockVersion); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same click again: %v", err)
		}
		first, other, err := rules.Raise(t.Context(), anna, unit, made[0].ID, made[0].LockVersion)
		if err != nil || other != nil || first.Version != 1 {
			t.Errorf("the first is %+v, %+v, %v", first, other, err)
		}
		if _, _, err := rules.Raise(t.Context(), anna, newUnit(t, s, "apac"), last.ID, raised.LockVersion); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit's: %v", err)
		}
		if diff := cmp.Diff(want, order(t, rules, unit)); diff != "" {
			t.Error(diff)
		}
	})
}
