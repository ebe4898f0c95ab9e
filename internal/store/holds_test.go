package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func TestFilesOnHoldAreCountedAndDoNotExpire(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		rows := []models.Placement{queued(u, 1), queued(u, 2), queued(u, 3)}
		for i := range rows {
			rows[i].State, rows[i].SEAKey, rows[i].ExpiresAt = models.PlacementPlaced, rows[i].Key+string(rune('a'+i)), instant(time.Duration(i+1)*time.Hour)
		}
		rows[2].Held = true
		if err := s.InsertPlacements(t.Context(), rows); err != nil {
			t.Fatal(err)
		}
		held, err := s.Placements(t.Context(), store.PlacementsQuery{UnitID: u.ID, Held: true, Limit: 9})
		if err != nil || len(held) != 1 || held[0].FileID != 3 {
			t.Errorf("held %v, %v", held, err)
		}
		counts, err := s.CountPlacements(t.Context(), u.ID)
		want := []store.StateCount{{State: models.PlacementPlaced, Files: 3, Held: 1}}
		if diff := cmp.Diff(want, counts); diff != "" || err != nil {
			t.Error(diff, err)
		}
		all, _, err := s.CountExpiring(t.Context(), u.ID, *instant(9 * time.Hour))
		if err != nil || all != 2 {
			t.Errorf("%d expire, %v", all, err)
		}
		last, err := s.LastExpiry(t.Context(), u.ID)
		if err != nil || last == nil || !last.Equal(*rows[1].ExpiresAt) {
			t.Errorf("the last expires %v, %v", last, err)
		}
		totals, err := s.UnitTotals(t.Context(), *instant(9 * time.Hour))
		if err != nil || totals[u.ID].Soon != 2 || totals[u.ID].Placed != 3 {
			t.Errorf("totals %+v, %v", totals[u.ID], err)
		}
	})
}

func TestStrangersAreCountedByUnit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		emea, apac := unit(t, s, "emea"), unit(t, s, "apac")
		var rows []models.Stranger
		for _, key := range []string{"a", "b/\n", "c"} {
			rows = append(rows, models.Stranger{UnitID: emea.ID, Key: key, LastModified: noon, FirstSeen: noon, LastSeen: noon})
		}
		if err := s.SaveStrangers(t.Context(), rows); err != nil {
			t.Fatal(err)
		}
		counts, err := s.CountStrangersByUnit(t.Context())
		if err != nil || counts[emea.ID] != 3 || counts[apac.ID] != 0 {
			t.Errorf("counts %v, %v", counts, err)
		}
		page, err := s.Strangers(t.Context(), emea.ID, "a", 1)
		if err != nil || len(page) != 1 || page[0].Key != "b/\n" {
			t.Errorf("after a: %v, %v", page, err)
		}
	})
}
