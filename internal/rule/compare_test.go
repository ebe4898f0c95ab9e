package rule

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCompareSaysWhatWasAndIs(t *testing.T) {
	t.Parallel()
	was := Definition{
		Name: "Claims", StartDate: today, MediaType: Email, Priority: 1, Action: Copy, State: On, Criteria: Criteria{
			{Field: Skill, Operator: AnyOf, Values: []string{"A"}},
			{Field: Team, Operator: AnyOf, Values: []string{"North"}},
			{Field: Agent, Operator: Exists},
		},
	}
	is := Definition{
		Name: "Claim", Description: "Why", StartDate: today.AddDate(0, 0, 1), MediaType: ChatTranscript, Priority: 2,
		Action: Move, AfterDays: 1, State: Paused, Criteria: Criteria{
			{Field: Team, Operator: AnyOf, Values: []string{"North"}},
			{Field: Skill, Operator: AnyOf, Values: []string{"A", "B"}},
			{Field: Size, Operator: AtMost, Values: []string{"1 MB"}},
		},
	}
	want := []Change{
		{"Name", "Claims", "Claim"},
		{"Description", "", "Why"},
		{"Media type", "Email", "Chat transcript"},
		{"Priority", "P1", "P2"},
		{"Start date", writeDate(today), writeDate(today.AddDate(0, 0, 1))},
		{"Action", "Copy to SEA", "Move to SEA"},
		{"After", "0 days", "1 day"},
		{"Condition", "Skill is any of A", "Skill is any of A or B"},
		{"Condition", "Agent exists", ""},
		{"Condition", "", "Size is at most 1 MB"},
	}
	if diff := cmp.Diff(want, Compare(was, is)); diff != "" {
		t.Error(diff)
	}
}

func TestCompareFindsNothingInOrderAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		was := definitions().Draw(t, "definition")
		is := was
		is.Criteria = rapid.Permutation(was.Criteria).Draw(t, "criteria")
		if changes := Compare(was, is); len(changes) != 0 {
			t.Fatalf("%+v", changes)
		}
	})
}
