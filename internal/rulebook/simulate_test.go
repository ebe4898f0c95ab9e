package rulebook_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/clock"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// perDay gives the files of the days that have any, by their distance from today.
func perDay(r rulebook.SimulatedRule) map[int]int64 {
	days := map[int]int64{}
	for i, t := range r.Days {
		if t.Files != 0 {
			days[i] = t.Files
		}
	}
	return days
}

func TestSimulationFollowsClaimsAndDueDays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		ctx := t.Context()
		s := &rulebook.Service{Store: db, Clock: clock.Real}
		unit := newUnit(t, db, "emea")
		unit.SEAState = models.SEAEnabled
		today := rule.Day(clock.Real.Now())
		five := func(d *rule.Definition) { d.AfterDays = 5 }
		c := mustCreate(t, s, unit, claims(five))
		everything := func(d *rule.Definition) { d.Criteria = nil }
		later := mustCreate(t, s, unit, claims(named("Later", 2), everything, func(d *rule.Definition) {
			d.StartDate, d.AfterDays = today.AddDate(0, 0, 3), 0
		}))
		kept := mustCreate(t, s, unit, claims(named("Kept", 1), everything, func(d *rule.Definition) {
			d.MediaType, d.Action = rule.Email, rule.Keep
		}))
		mustCreate(t, s, unit, claims(named("Paused", 3), everything, func(d *rule.Definition) { d.State = rule.Paused }))
		mustCreate(t, s, unit, claims(named("Far", 4), everything, func(d *rule.Definition) { d.MediaType, d.AfterDays = rule.Other, 400 }))
		catalogue(t, db, unit,
			catalogued(unit, "now.wav", 24*6), catalogued(unit, "in three days.wav", 24*2), catalogued(unit, "sales.wav", 24*50, skill("Sales")),
			catalogued(unit, "gone.wav", 24*6), catalogued(unit, "queued.wav", 24*6), catalogued(unit, "edited.wav", 24*6, skill("Travel")),
			catalogued(unit, "cold.wav", 24*6, func(f *models.File) { f.StorageClass = "GLACIER" }),
			catalogued(unit, "mail.eml", 24*6, func(f *models.File) { f.MediaType = "email" }),
			catalogued(unit, "far.bin", 24*6, func(f *models.File) { f.MediaType = "other" }),
		)
		ids := map[string]int64{}
		files, err := db.CatalogueList(ctx, store.CatalogueQuery{UnitID: unit.ID, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			ids[f.Key] = f.ID
		}
		row, err := db.Rule(ctx, unit.ID, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		now := clock.Real.Now()
		_, err = db.Claim(ctx, row, []int64{ids["queued.wav"], ids["edited.wav"]}, now)
		err = errors.Join(err, db.MarkGone(ctx, unit.ID, []int64{ids["gone.wav"]}, now),
			db.MarkProcessed(ctx, unit.ID, []int64{ids["queued.wav"]}, now),
			db.InsertPlacements(ctx, []models.Placement{{
				UnitID: unit.ID, FileID: ids["queued.wav"], RuleID: c.ID, RuleVersion: 1, Action: "copy", Key: "queued.wav",
				Size: 7, State: models.PlacementQueued, QueuedAt: now,
			}}))
		if err != nil {
			t.Fatal(err)
		}
		before, err := db.HistoryPage(ctx, store.HistoryQuery{UnitID: unit.ID, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}

		sim, err := s.Simulate(ctx, unit)
		if err != nil || sim.Partial || sim.Blocked != "" || len(sim.Days) != 30 || !sim.Days[0].Equal(today) {
			t.Fatalf("%+v, %v", sim, err)
		}
		type result struct {
			Claims int64
			Days   map[int]int64
		}
		got := map[int64]result{}
		for _, r := range sim.Rules {
			got[r.ID] = result{r.Claims, perDay(r)}
		}
		// A time just before midnight may make one file due a day earlier or later; noon hours are whole days here.
		want := map[int64]result{
			c.ID:     {2, map[int]int64{0: 2, 3: 1}}, // one of them is queued already
			later.ID: {1, map[int]int64{3: 1}},       // sales.wav, once the rule starts
			kept.ID:  {1, map[int]int64{}},
		}
		for id, w := range want {
			if diff := cmp.Diff(w, got[id]); diff != "" {
				t.Errorf("rule %d: %s", id, diff)
			}
		}
		if len(got) != 4 || sim.Later != 1 {
			t.Errorf("%d rules, %d later", len(got), sim.Later)
		}
		after, err := db.HistoryPage(ctx, store.HistoryQuery{UnitID: unit.ID, Limit: 100})
		if err != nil || len(after) != len(before) {
			t.Errorf("the simulation left %d history rows of %d, %v", len(after), len(before), err)
		}
	})
}

func TestSimulationKeepsTheDailyLimit(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := &rulebook.Service{Store: db, Clock: clock.Real}
	unit := newUnit(t, db, "emea")
	unit.SEAState, unit.DailyLimit = models.SEAEnabled, 3
	mustCreate(t, s, unit, claims())
	mustCreate(t, s, unit, claims(named("Sales", 2), func(d *rule.Definition) { d.Criteria[0].Values = []string{"Sales"} }))
	var files []models.File
	for _, key := range []string{"a", "b", "c", "d", "e"} {
		files = append(files, catalogued(unit, key, 50), catalogued(unit, key+"2", 50, skill("Sales")))
	}
	catalogue(t, db, unit, files...)
	sim, err := s.Simulate(t.Context(), unit)
	if err != nil || len(sim.Rules) != 2 {
		t.Fatalf("%+v, %v", sim, err)
	}
	if diff := cmp.Diff(map[int]int64{0: 3, 1: 2}, perDay(sim.Rules[0])); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[int]int64{1: 1, 2: 3, 3: 1}, perDay(sim.Rules[1])); diff != "" {
		t.Error(diff)
	}
	want := []rulebook.Tally{{Files: 7, Bytes: 700}, {Files: 4, Bytes: 400}, {Files: 1, Bytes: 100}, {}}
	if diff := cmp.Diff(want, sim.Backlog[:4]); diff != "" {
		t.Error(diff)
	}
	if all := sim.Rules[1].Total(); all != (rulebook.Tally{Files: 5, Bytes: 500}) {
		t.Errorf("in all %+v", all)
	}
}

func TestSimulationSaysWhatStopsIt(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := &rulebook.Service{Store: db, Clock: clock.Real, PreviewBudget: time.Minute}
	unit := newUnit(t, db, "emea")
	unit.SEAState = models.SEAEnabled
	if sim, err := s.Simulate(t.Context(), unit); err != nil || sim.Blocked != "No rule is on: nothing is placed until one is." {
		t.Errorf("without rules: %+v, %v", sim, err)
	}
	mustCreate(t, s, unit, claims())
	catalogue(t, db, unit, catalogued(unit, "a", 50))
	off, custom := unit, unit
	off.SEAState, custom.StorageKind = models.SEAOff, models.StorageCustom
	off.DailyLimit = 1
	catalogue(t, db, unit, catalogued(unit, "b", 50))
	if sim, err := s.Simulate(t.Context(), off); err != nil || sim.Blocked == "" || sim.Rules[0].Claims != 2 || sim.Rules[0].Total().Files != 0 || sim.Backlog[0].Files != 0 {
		t.Errorf("without SEA: %+v, %v", sim, err)
	}
	if sim, err := s.Simulate(t.Context(), custom); err != nil || sim.Blocked == "" || sim.Rules[0].Claims != 0 {
		t.Errorf("on custom storage: %+v, %v", sim, err)
	}
	s.PreviewBudget = time.Nanosecond
	if sim, err := s.Simulate(t.Context(), unit); err != nil || !sim.Partial {
		t.Errorf("without time: %+v, %v", sim, err)
	}
}

// TestSimulationPlacesWhatIsQueuedWhenItsRuleDoes holds queued files of rules
// that do not place them today.
func TestSimulationPlacesWhatIsQueuedWhenItsRuleDoes(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := &rulebook.Service{Store: db, Clock: clock.Real}
	unit := newUnit(t, db, "emea")
	unit.SEAState = models.SEAEnabled
	rules := []rulebook.Rule{
		mustCreate(t, s, unit, claims()),
		mustCreate(t, s, unit, claims(named("Keeps", 2), func(d *rule.Definition) { d.Action = rule.Keep })),
		mustCreate(t, s, unit, claims(named("Later", 3), func(d *rule.Definition) { d.StartDate = d.StartDate.AddDate(0, 0, 3) })),
	}
	catalogue(t, db, unit, catalogued(unit, "a", 50), catalogued(unit, "b", 50), catalogued(unit, "c", 50))
	var rows []models.Placement
	for i, r := range rules {
		rows = append(rows, models.Placement{
			UnitID: unit.ID, FileID: int64(i + 1), RuleID: r.ID, Action: "copy", State: models.PlacementQueued,
			SourceState: models.SourceKept, Size: 100, QueuedAt: clock.Real.Now(),
		})
	}
	err := errors.Join(db.MarkProcessed(t.Context(), unit.ID, []int64{1, 2, 3}, clock.Real.Now()), db.InsertPlacements(t.Context(), rows))
	if err != nil {
		t.Fatal(err)
	}
	sim, err := s.Simulate(t.Context(), unit)
	if err != nil || len(sim.Rules) != 3 {
		t.Fatalf("%+v, %v", sim, err)
	}
	for i, want := range []map[int]int64{{0: 1}, {}, {3: 1}} {
		if diff := cmp.Diff(want, perDay(sim.Rules[i])); diff != "" {
			t.Errorf("%s: %s", sim.Rules[i].Name, diff)
		}
	}
}
