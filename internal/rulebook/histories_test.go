package rulebook_test

import (
	"strings"
	"testing"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func TestTwoHistoriesAreWarnedOfWithTheirCounts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		done     rulebook.Done
		from, to rule.Action
		says     []string // none: no warning
	}{
		"keep to copy":            {rulebook.Done{Managed: 12}, rule.Keep, rule.Copy, []string{"kept 12 files", "that copies", "two histories"}},
		"keep to move":            {rulebook.Done{Managed: 1}, rule.Keep, rule.Move, []string{"kept 1 file ", "that moves", "two histories"}},
		"copied, kept, to copy":   {rulebook.Done{Managed: 9, Waiting: 2, Copied: 6, Moved: 1}, rule.Keep, rule.Copy, []string{"kept 2 files", "two histories"}},
		"copied all, to copy":     {rulebook.Done{Managed: 7, Copied: 7}, rule.Keep, rule.Copy, nil},
		"copy to keep":            {rulebook.Done{Managed: 9, Waiting: 2, Copied: 7}, rule.Copy, rule.Keep, []string{"placed 7 files", "2 files that wait", "two histories"}},
		"copy to move":            {rulebook.Done{Managed: 9, Waiting: 2, Copied: 7}, rule.Copy, rule.Move, []string{"copied 7 files", "2 files that wait", "two histories"}},
		"move to copy":            {rulebook.Done{Managed: 9, Moved: 9}, rule.Move, rule.Copy, []string{"moved 9 files", "two histories"}},
		"the same":                {rulebook.Done{Managed: 9, Copied: 9}, rule.Copy, rule.Copy, nil},
		"nothing done":            {rulebook.Done{}, rule.Keep, rule.Copy, nil},
		"claimed, nothing placed": {rulebook.Done{Managed: 9, Waiting: 9}, rule.Copy, rule.Move, nil},
		"no action yet":           {rulebook.Done{Managed: 9}, rule.Keep, "", nil},
	} {
		got := test.done.TwoHistories(test.from, test.to)
		if (got == "") != (test.says == nil) {
			t.Errorf("%s: %q", name, got)
		}
		for _, text := range test.says {
			if !strings.Contains(got, text) {
				t.Errorf("%s: %q lacks %q", name, got, text)
			}
		}
	}
}

func TestDoneCountsByAction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		ctx, now := t.Context(), clock.Real.Now()
		s := &rulebook.Service{Store: db, Clock: clock.Real}
		unit, other := newUnit(t, db, "emea"), newUnit(t, db, "apac")
		r := mustCreate(t, s, unit, claims())
		row, err := db.Rule(ctx, unit.ID, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		catalogue(t, db, unit, catalogued(unit, "a", 1), catalogued(unit, "b", 1), catalogued(unit, "c", 1))
		all, err := db.CatalogueList(ctx, store.CatalogueQuery{UnitID: unit.ID, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var ids []int64
		var rows []models.Placement
		for i, f := range all {
			ids = append(ids, f.ID)
			rows = append(rows, models.Placement{
				UnitID: unit.ID, FileID: f.ID, RuleID: r.ID, Action: []string{"copy", "move", "copy"}[i], Key: f.Key, SourceETag: "e",
				State: models.PlacementQueued, SourceState: models.SourceKept, QueuedAt: now,
			})
		}
		if _, err := db.Claim(ctx, row, ids, now); err != nil {
			t.Fatal(err)
		}
		if err := db.InsertPlacements(ctx, rows); err != nil {
			t.Fatal(err)
		}
		want := rulebook.Done{Managed: 3, Waiting: 3, Copied: 2, Moved: 1}
		if got, err := s.Done(ctx, unit, r.ID); err != nil || got != want {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := s.Done(ctx, other, r.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another unit is told %v", err)
		}
	})
}
