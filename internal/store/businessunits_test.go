package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func createUnit(t *testing.T, s *store.Store, slug string) models.BusinessUnit {
	t.Helper()
	unit := models.BusinessUnit{
		Slug: slug, Name: slug, Region: "r", ActiveBucket: "active", ActivePrefix: slug + "/",
		StorageKind: models.StorageSystem, SEAState: models.SEAOff, RetentionDays: models.RetentionDays,
	}
	if err := s.CreateUnit(t.Context(), &unit); err != nil {
		t.Fatal(err)
	}
	return unit
}

func TestSlugsAndLocationsAreUnique(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := createUnit(t, s, "a"), createUnit(t, s, "b")
		twin := a
		twin.ID = 0
		if err := s.CreateUnit(t.Context(), &twin); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same slug: %v", err)
		}
		if err := s.AssignLocation(t.Context(), a.ID, "sea", "x/"); err != nil {
			t.Fatal(err)
		}
		if err := s.AssignLocation(t.Context(), a.ID, "sea", "y/"); !errors.Is(err, store.ErrStale) {
			t.Errorf("a second location: %v", err)
		}
		if err := s.AssignLocation(t.Context(), b.ID, "sea", "x/"); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same location: %v", err)
		}
		got, err := s.UnitBySlug(t.Context(), "a")
		if err != nil || got.FileLocation() != "sea/x/" || got.ID != a.ID {
			t.Errorf("read %+v, %v", got, err)
		}
		if _, err := s.UnitBySlug(t.Context(), "c"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown slug: %v", err)
		}
		if _, err := s.Unit(t.Context(), b.ID+1); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown id: %v", err)
		}
	})
}

func TestAChangeOfSEAComparesTheState(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		unit := createUnit(t, s, "a")
		if err := s.ChangeSEA(t.Context(), unit.ID, models.SEAOff, models.SEAEnabling); err != nil {
			t.Fatal(err)
		}
		if err := s.ChangeSEA(t.Context(), unit.ID, models.SEAOff, models.SEAEnabling); !errors.Is(err, store.ErrStale) {
			t.Errorf("twice: %v", err)
		}
		found, err := s.UnitsIn(t.Context(), models.SEAEnabling, models.SEADisabling)
		if err != nil || len(found) != 1 || found[0].LockVersion != 1 {
			t.Errorf("enabling: %+v, %v", found, err)
		}
	})
}

func TestLockedUnitsAreChangedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		unit := createUnit(t, s, "a")
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				err := s.Tx(t.Context(), func(tx *store.Store) error {
					if err := tx.LockUnits(t.Context()); err != nil {
						return err
					}
					held, err := tx.UnitForUpdate(t.Context(), unit.ID)
					if err != nil {
						return err
					}
					to := models.SEAEnabled
					if held.SEAState == to {
						to = models.SEAOff
					}
					return tx.ChangeSEA(t.Context(), unit.ID, held.SEAState, to)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got, err := s.Unit(t.Context(), unit.ID); err != nil || got.LockVersion != 10 || got.SEAState != models.SEAOff {
			t.Errorf("ended %+v, %v", got, err)
		}
	})
}

func TestPauseRulesTakesTheRulesOfOneUnitThatAreOn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, state := range []models.RuleState{models.RuleOn, models.RuleDraft, models.RulePaused, models.RuleDeleted, models.RuleOn} {
			rule := models.Rule{
				UnitID: 1 + int64(i/4), Name: string(state), NameFold: string(state), MediaType: "email",
				Priority: i + 1, Action: "copy", State: state, Version: 1,
			}
			if err := s.CreateRule(t.Context(), &rule); err != nil {
				t.Fatal(err)
			}
		}
		paused, err := s.PauseRules(t.Context(), 1)
		if err != nil || len(paused) != 1 || paused[0].Name != "on" || paused[0].State != models.RulePaused {
			t.Fatalf("paused %+v, %v", paused, err)
		}
		if again, err := s.PauseRules(t.Context(), 1); err != nil || len(again) != 0 {
			t.Errorf("paused again %+v, %v", again, err)
		}
		rules, err := s.Rules(t.Context(), 2)
		if err != nil || len(rules) != 1 || rules[0].State != models.RuleOn {
			t.Errorf("the other unit's rules %+v, %v", rules, err)
		}
		mine, err := s.Rule(t.Context(), 1, paused[0].ID)
		if err != nil || mine.LockVersion != 1 || mine.Version != 1 {
			t.Errorf("the paused rule %+v, %v", mine, err)
		}
	})
}

func TestUnitTotalsCountPlacementsByUnit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		place(t, s, models.Placement{UnitID: 1, FileID: 1, SEAKey: "a", State: models.PlacementPlaced, Size: 5, ExpiresAt: instant(time.Hour)})
		place(t, s, models.Placement{UnitID: 1, FileID: 2, SEAKey: "b", State: models.PlacementPlaced, Size: 7, Downloads: 2, ExpiresAt: instant(time.Hour)})
		place(t, s, models.Placement{UnitID: 1, FileID: 3, SEAKey: "c", State: models.PlacementPlaced, Size: 1, ExpiresAt: instant(99 * time.Hour)})
		place(t, s, models.Placement{UnitID: 1, FileID: 4, State: models.PlacementQueued, Size: 100})
		place(t, s, models.Placement{UnitID: 1, FileID: 5, State: models.PlacementFailed, Size: 100})
		place(t, s, models.Placement{UnitID: 1, FileID: 6, State: models.PlacementRemoved, Size: 100})
		place(t, s, models.Placement{UnitID: 1, FileID: 8, SEAKey: "d", State: models.PlacementRemoving, Size: 100})
		place(t, s, models.Placement{UnitID: 1, FileID: 9, SEAKey: "e", State: models.PlacementRemoving, LastError: "denied", Size: 100})
		place(t, s, models.Placement{UnitID: 2, FileID: 7, State: models.PlacementRemoved, Size: 100})
		got, err := s.UnitTotals(t.Context(), *instant(24 * time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		want := map[int64]store.UnitTotals{
			1: {UnitID: 1, Placed: 3, Bytes: 13, Soon: 2, Unloaded: 1, Queued: 1, Failed: 1, Refused: 1, Downloads: 2},
			2: {UnitID: 2},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
