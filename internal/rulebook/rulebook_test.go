package rulebook_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

var anna = models.Actor{Kind: models.ActorUser, ID: 7, Name: "Anna", Address: "192.0.2.1"}

func newUnit(t *testing.T, s *store.Store, slug string) models.BusinessUnit {
	t.Helper()
	unit := models.BusinessUnit{
		Slug: slug, Name: slug, ActiveBucket: "active", ActivePrefix: slug + "/",
		StorageKind: models.StorageSystem, SEAState: models.SEAOff, RetentionDays: models.RetentionDays,
	}
	if err := s.CreateUnit(t.Context(), &unit); err != nil {
		t.Fatal(err)
	}
	return unit
}

// claims is a valid definition with some changes.
func claims(changes ...func(*rule.Definition)) rule.Definition {
	d := rule.Definition{
		Name: "Claims", StartDate: rule.Day(clock.Real.Now()), MediaType: rule.CallRecording, Priority: 1,
		Action: rule.Copy, AfterDays: 2, State: rule.On,
		Criteria: rule.Criteria{{Field: rule.Skill, Operator: rule.AnyOf, Values: []string{"Claims DE", "a, b"}}},
	}
	for _, change := range changes {
		change(&d)
	}
	return d
}

func named(name string, priority int) func(*rule.Definition) {
	return func(d *rule.Definition) { d.Name, d.Priority = name, priority }
}

func mustCreate(t *testing.T, s *rulebook.Service, unit models.BusinessUnit, d rule.Definition) rulebook.Rule {
	t.Helper()
	r, err := s.Create(t.Context(), anna, unit, d)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// actions are the history's actions about rules, oldest first.
func actions(t *testing.T, s *store.Store, unit models.BusinessUnit) []string {
	t.Helper()
	rows, err := s.HistoryPage(t.Context(), store.HistoryQuery{UnitID: unit.ID, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for i := range rows {
		row := rows[len(rows)-1-i]
		if row.ActorName != anna.Name || row.ObjectKind != "rule" || row.Summary == "" {
			t.Errorf("history row %+v", row)
		}
		found = append(found, row.Action)
	}
	return found
}

func TestRuleLife(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		ctx := t.Context()
		s := &rulebook.Service{Store: db, Clock: clock.Real}
		unit := newUnit(t, db, "emea")
		want := claims()
		made := mustCreate(t, s, unit, claims(func(d *rule.Definition) { d.Name = "  Claims " }))
		if diff := cmp.Diff(want, made.Definition); diff != "" || made.Version != 1 {
			t.Fatalf("made version %d: %s", made.Version, diff)
		}
		shown, err := s.Show(ctx, unit, made.ID)
		if diff := cmp.Diff(made, shown); err != nil || diff != "" {
			t.Fatalf("shown (%v): %s", err, diff)
		}

		moved := claims(func(d *rule.Definition) { d.Action = rule.Move })
		edited, err := s.Update(ctx, anna, unit, made.ID, made.LockVersion, moved)
		if err != nil || edited.Action != rule.Move || edited.Version != 2 {
			t.Fatalf("edited %+v: %v", edited, err)
		}
		if _, err := s.Update(ctx, anna, unit, made.ID, made.LockVersion, want); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a stale edit: %v", err)
		}
		again, err := s.Update(ctx, anna, unit, made.ID, edited.LockVersion, moved)
		if err != nil || again.Version != 2 || again.LockVersion != edited.LockVersion {
			t.Errorf("an edit without a change: %+v, %v", again, err)
		}

		paused, err := s.Pause(ctx, anna, unit, made.ID)
		if err != nil || paused.State != rule.Paused || paused.Version != 2 {
			t.Errorf("paused %+v: %v", paused, err)
		}
		if _, err := s.Pause(ctx, anna, unit, made.ID); err != nil {
			t.Errorf("pausing twice: %v", err)
		}
		if _, err := s.Update(ctx, anna, unit, made.ID, edited.LockVersion, want); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an edit that does not know of the pause: %v", err)
		}
		if on, err := s.Resume(ctx, anna, unit, made.ID); err != nil || on.State != rule.On {
			t.Errorf("resumed %+v: %v", on, err)
		}
		if gone, err := s.Delete(ctx, anna, unit, made.ID); err != nil || gone.State != rule.Deleted {
			t.Errorf("deleted %+v: %v", gone, err)
		}
		if _, err := s.Resume(ctx, anna, unit, made.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("resuming a deleted rule: %v", err)
		}
		if r, err := s.Show(ctx, unit, made.ID); err != nil || r.State != rule.Deleted {
			t.Errorf("a deleted rule is shown as %+v: %v", r, err)
		}
		if list, err := s.List(ctx, unit); err != nil || len(list) != 0 {
			t.Errorf("list after deletion: %v, %v", list, err)
		}
		wantActions := []string{"rule.created", "rule.changed", "rule.paused", "rule.resumed", "rule.deleted"}
		if diff := cmp.Diff(wantActions, actions(t, db, unit)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestVersionsKeepEveryDefinition(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s := &rulebook.Service{Store: db, Clock: clock.Real}
		unit, other := newUnit(t, db, "emea"), newUnit(t, db, "apac")
		r := mustCreate(t, s, unit, claims())
		second := claims(func(d *rule.Definition) { d.Criteria, d.Description = nil, "All of them" })
		if _, err := s.Update(t.Context(), anna, unit, r.ID, r.LockVersion, second); err != nil {
			t.Fatal(err)
		}
		got, err := s.Versions(t.Context(), unit, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := []rulebook.Version{
			{Definition: second, Version: 2, By: "Anna"}, {Definition: claims(), Version: 1, By: "Anna"},
		}
		ignore := cmpopts.IgnoreFields(rulebook.Version{}, "At", "Definition.State")
		if diff := cmp.Diff(want, got, ignore); diff != "" {
			t.Error(diff)
		}
		if _, err := s.Versions(t.Context(), other, r.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another unit's versions: %v", err)
		}
	})
}

func TestTakenNameAndPriorityAreSaidBesideTheField(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		ctx := t.Context()
		s := &rulebook.Service{Store: db, Clock: clock.Real}
		unit, other := newUnit(t, db, "emea"), newUnit(t, db, "apac")
		first := mustCreate(t, s, unit, claims())
		mustCreate(t, s, other, claims())
		mustCreate(t, s, unit, claims(named("Mail", 1), func(d *rule.Definition) { d.MediaType = rule.Email }))
		second := mustCreate(t, s, unit, claims(named("Sales", 2)))

		_, err := s.Create(ctx, anna, unit, claims(named("CLAIMS", 2)))
		got := fault.Fields(err)
		if !strings.Contains(got["name"], "“Claims”") || !strings.Contains(got["priority"], "“Sales”") || len(got) != 2 {
			t.Errorf("create: %v", got)
		}
		_, err = s.Update(ctx, anna, unit, second.ID, second.LockVersion, claims(named("claims", 1)))
		if got := fault.Fields(err); got["name"] == "" || !strings.Contains(got["priority"], "P1") {
			t.Errorf("update: %v (%v)", got, err)
		}
		if _, err := s.Update(ctx, anna, unit, first.ID, first.LockVersion, claims(named("CLAIMS", 1))); err != nil {
			t.Errorf("a rule is in its own way: %v", err)
		}
		if _, err := s.Delete(ctx, anna, unit, first.ID); err != nil {
			t.Fatal(err)
		}
		mustCreate(t, s, unit, claims())
	})
}

func TestTenRulesForEachMediaType(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := &rulebook.Service{Store: db, Clock: clock.Real}
	unit := newUnit(t, db, "emea")
	for p := rule.MaxPriority; p >= rule.MinPriority; p-- {
		mustCreate(t, s, unit, claims(named(fmt.Sprint("Rule ", p), p)))
	}
	_, err := s.Create(t.Context(), anna, unit, claims(named("Eleven", 3)))
	if got := fault.Fields(err); got["media_type"] == "" || !strings.Contains(got["priority"], "“Rule 3”") {
		t.Errorf("the eleventh: %v", err)
	}
	mustCreate(t, s, unit, claims(named("Mail", 10), func(d *rule.Definition) { d.MediaType = rule.Email }))
	list, err := s.List(t.Context(), unit)
	if err != nil || len(list) != 11 || list[0].Priority != 1 || list[9].Priority != 10 || list[10].Name != "Mail" {
		t.Errorf("list of %d: %v", len(list), err)
	}
}

func TestRacingRulesNeverShareAPriority(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s := &rulebook.Service{Store: db, Clock: clock.Real}
		unit := newUnit(t, db, "emea")
		const racers = 8
		errs := make([]error, racers)
		var wg sync.WaitGroup
		for i := range racers {
			wg.Go(func() { _, errs[i] = s.Create(t.Context(), anna, unit, claims(named(fmt.Sprint("Rule ", i), 1))) })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if fault.Fields(err)["priority"] == "" {
				t.Errorf("a loser is told %v", err)
			}
		}
		if won != 1 || len(actions(t, db, unit)) != 1 {
			t.Errorf("%d won, history %v", won, actions(t, db, unit))
		}
	})
}

func TestRacingEditsLoseNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s := &rulebook.Service{Store: db, Clock: clock.Real}
		unit := newUnit(t, db, "emea")
		r := mustCreate(t, s, unit, claims())
		errs := make([]error, 6)
		var wg sync.WaitGroup
		for i := range errs {
			d := claims(func(d *rule.Definition) { d.AfterDays = 10 + i })
			wg.Go(func() { _, errs[i] = s.Update(t.Context(), anna, unit, r.ID, r.LockVersion, d) })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if fault.KindOf(err) != fault.Conflict {
				t.Errorf("a loser is told %v", err)
			}
		}
		if versions, err := s.Versions(t.Context(), unit, r.ID); won != 1 || len(versions) != 2 {
			t.Errorf("%d won, %d versions (%v)", won, len(versions), err)
		}
	})
}

func TestOtherUnitsRulesAreUnknown(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ctx := t.Context()
	s := &rulebook.Service{Store: db, Clock: clock.Real}
	unit, other := newUnit(t, db, "emea"), newUnit(t, db, "apac")
	r := mustCreate(t, s, unit, claims())
	_, show := s.Show(ctx, other, r.ID)
	_, update := s.Update(ctx, anna, other, r.ID, r.LockVersion, claims())
	_, pause := s.Pause(ctx, anna, other, r.ID)
	_, remove := s.Delete(ctx, anna, other, r.ID)
	for name, err := range map[string]error{"show": show, "update": update, "pause": pause, "delete": remove} {
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, err := s.Show(ctx, unit, r.ID); err != nil || r.State != rule.On {
		t.Errorf("the rule is now %+v: %v", r, err)
	}
}

func TestEditKeepsAStartThatHasPassed(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := &rulebook.Service{Store: db, Clock: clock.Real}
	unit := newUnit(t, db, "emea")
	r := mustCreate(t, s, unit, claims())
	s.Clock = clock.Shifted(40 * 24 * time.Hour)
	edited, err := s.Update(t.Context(), anna, unit, r.ID, r.LockVersion, claims(func(d *rule.Definition) { d.AfterDays = 9 }))
	if err != nil {
		t.Fatalf("the unchanged start is refused: %v", err)
	}
	d := claims(func(d *rule.Definition) { d.StartDate = d.StartDate.AddDate(0, 0, 1) })
	_, err = s.Update(t.Context(), anna, unit, r.ID, edited.LockVersion, d)
	if fault.Fields(err)["start_date"] == "" {
		t.Errorf("another past start: %v", err)
	}
}

func TestInvalidDefinitionChangesNothing(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := &rulebook.Service{Store: db, Clock: clock.Real}
	unit := newUnit(t, db, "emea")
	_, err := s.Create(t.Context(), anna, unit, claims(func(d *rule.Definition) { d.Criteria[0].Operator = rule.AtLeast }))
	if fault.Fields(err)["c[0].op"] == "" {
		t.Errorf("create: %v", err)
	}
	if list, err := s.List(t.Context(), unit); err != nil || len(list) != 0 || len(actions(t, db, unit)) != 0 {
		t.Errorf("list %v, %v", list, err)
	}
}

func TestADeletedRuleIsNamedWhileItManagesFiles(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		unit, rules := newUnit(t, s, "emea"), &rulebook.Service{Store: s, Clock: clock.Real}
		live := mustCreate(t, rules, unit, claims(named("Live", 1)))
		managing := mustCreate(t, rules, unit, claims(named("Managing", 2)))
		idle := mustCreate(t, rules, unit, claims(named("Idle", 3)))
		catalogue(t, s, unit, catalogued(unit, "a.wav", 1, func(f *models.File) { f.RuleID = &managing.ID }))
		for _, r := range []rulebook.Rule{managing, idle} {
			if _, err := rules.Delete(t.Context(), anna, unit, r.ID); err != nil {
				t.Fatal(err)
			}
		}
		got, err := rules.Names(t.Context(), unit)
		want := map[int64]string{live.ID: "Live", managing.ID: "Managing"}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("names, %v:\n%s", err, diff)
		}
	})
}
