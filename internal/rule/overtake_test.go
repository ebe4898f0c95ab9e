package rule

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestOvertakingsTellAllThree(t *testing.T) {
	t.Parallel()
	skills := func(names ...string) Criteria { return Criteria{{Field: Skill, Operator: AnyOf, Values: names}} }
	was := Definition{Name: "Claims", StartDate: today, MediaType: Email, Priority: 1, Action: Copy, Criteria: skills("A")}
	theirs, yours := was, was
	theirs.AfterDays, theirs.Name, theirs.Priority = 7, "Claims of theirs", 2
	yours.Name, yours.Priority, yours.Criteria = "Claims of mine", 2, append(skills("B"), Condition{Field: Agent, Operator: Exists})
	want := []Overtaking{
		{"name", "Name", "Claims", "Claims of theirs", "Claims of mine"},
		{"after_days", "After", "0 days", "7 days", "0 days"},
		{"conditions", "Conditions", "Skill is any of A", "Skill is any of A", "Skill is any of B, and Agent exists"},
	}
	got := Overtakings(was, theirs, yours)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	for field, has := range map[string]bool{"name": false, "conditions": false, "c[3].value": true, "c[0].field": true, "c[x].value": false} {
		if got[2].Has(field) != has || got[0].Has(field) != (field == "name") {
			t.Errorf("%s is part of the conditions: %v", field, !has)
		}
	}
}

// TestWhatIsTakenNoLongerDiffers takes one thing after the other.
func TestWhatIsTakenNoLongerDiffers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		theirs, yours := definitions().Draw(t, "theirs"), definitions().Draw(t, "yours")
		form := InputOf(yours)
		for _, o := range Overtakings(yours, theirs, yours) {
			form = form.Take(o.Name, InputOf(theirs))
		}
		d, _ := form.Definition(today, &theirs.StartDate)
		if left := Overtakings(yours, theirs, d); len(left) != 0 {
			t.Fatalf("%+v", left)
		}
	})
}
