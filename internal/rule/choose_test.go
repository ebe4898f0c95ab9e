package rule

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestChooseTakesTheBestRuleInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var matchers []*Matcher
		for _, d := range rapid.SliceOfN(definitions(), 0, 10).Draw(t, "rules") {
			m, err := Compile(d)
			if err != nil {
				t.Fatal(err)
			}
			matchers = append(matchers, m)
		}
		file := files().Draw(t, "file")
		now := today.AddDate(0, 0, rapid.IntRange(-1, 3).Draw(t, "day"))
		got, found := Choose(matchers, file, now)
		again, foundAgain := Choose(rapid.Permutation(matchers).Draw(t, "order"), file, now)
		if found != foundAgain || found != (got != nil) {
			t.Fatalf("found %v, then %v in another order", found, foundAgain)
		}
		if found && (got.before(again) || again.before(got)) {
			t.Fatalf("%+v, then %+v in another order", got.def, again.def)
		}
		for _, m := range matchers {
			takes := m.def.State == On && !now.Before(m.def.StartDate) && m.Match(file)
			if takes && (!found || m.def.Priority < got.def.Priority) {
				t.Fatalf("%+v should have the file", m.def)
			}
		}
		if found && (!got.Active(now) || !got.Match(file)) {
			t.Fatalf("%+v should not have the file", got.def)
		}
	})
}

func TestChooseWaitsForTheStart(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 9, 21, 0, 0, 0, 0, time.UTC)
	m := compiled(t, Definition{MediaType: Email, State: On, StartDate: start, Priority: 1})
	for at, want := range map[time.Time]bool{start.Add(-1): false, start: true} {
		if _, got := Choose([]*Matcher{m}, File{MediaType: Email}, at); got != want {
			t.Errorf("at %v: %v", at, got)
		}
	}
}

func TestDue(t *testing.T) {
	t.Parallel()
	stored := time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC)
	tests := []struct {
		days        int
		start, want time.Time
	}{
		{0, stored.Add(-time.Hour), stored},
		{2, stored, stored.Add(48 * time.Hour)},
		{2, stored.Add(72 * time.Hour), stored.Add(72 * time.Hour)},
		{MaxAfterDays, stored, stored.Add(MaxAfterDays * 24 * time.Hour)},
	}
	for _, tt := range tests {
		if got := Due(stored, tt.days, tt.start); !got.Equal(tt.want) {
			t.Errorf("Due after %d days, start %v: %v, want %v", tt.days, tt.start, got, tt.want)
		}
	}
}
