package store_test

import (
	"errors"
	"testing"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func queued(u models.BusinessUnit, fileID int64) models.Placement {
	return models.Placement{
		UnitID: u.ID, FileID: fileID, RuleID: 1, Action: "copy", Key: "a%_b", State: models.PlacementQueued,
		SourceState: models.SourceKept, QueuedAt: noon,
	}
}

func queue(t *testing.T, s *store.Store, u models.BusinessUnit, rows ...models.Placement) []models.Placement {
	t.Helper()
	if err := s.Queue(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	all, err := s.InState(t.Context(), u.ID, models.PlacementQueued, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAFileHasOnePlacementEver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		queue(t, s, u, queued(u, 1))
		rows := queue(t, s, u, queued(u, 1), queued(u, 2))
		if len(rows) != 2 {
			t.Errorf("%d placements of two files", len(rows))
		}
	})
}

func TestAPlacementChangesStateOnlyFromTheExpectedOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		p := queue(t, s, u, queued(u, 1))[0]
		p.SEAKey = "a"
		if err := s.MarkPlaced(t.Context(), p); !errors.Is(err, store.ErrStale) {
			t.Errorf("placed without being started: %v", err)
		}
		foreign := p
		foreign.UnitID++
		if err := s.StartPlacing(t.Context(), foreign); !errors.Is(err, store.ErrStale) {
			t.Errorf("another unit's was started: %v", err)
		}
		if err := s.StartPlacing(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if err := s.StartPlacing(t.Context(), p); !errors.Is(err, store.ErrStale) {
			t.Errorf("started twice: %v", err)
		}
		expires := noon.Add(time.Hour)
		p.PlacedAt, p.ExpiresAt, p.SourceState = &expires, &expires, models.SourceKept
		if err := s.MarkPlaced(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if rows, err := s.Expired(t.Context(), u.ID, expires.Add(-time.Microsecond), 9); err != nil || len(rows) != 0 {
			t.Errorf("expired early: %v, %v", rows, err)
		}
		if rows, err := s.Expired(t.Context(), u.ID, expires, 9); err != nil || len(rows) != 1 {
			t.Errorf("expired on time: %v, %v", rows, err)
		}
	})
}

func TestATargetKeyHasOneHolderInTheLocation(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		rows := queue(t, s, u, queued(u, 1), queued(u, 2))
		rows[0].SEAKey, rows[1].SEAKey = "same", "same"
		if err := s.StartPlacing(t.Context(), rows[0]); err != nil {
			t.Fatal(err)
		}
		if err := s.StartPlacing(t.Context(), rows[1]); !fault.Is(err, fault.Conflict) {
			t.Errorf("two under one key: %v", err)
		}
		taken, err := s.TakenTargets(t.Context(), u.ID, []string{"same", "other"})
		if err != nil || !taken["same"] || taken["other"] {
			t.Errorf("taken %v, %v", taken, err)
		}
		if err := s.MarkFailed(t.Context(), rows[0]); err != nil {
			t.Fatal(err)
		}
		if err := s.StartPlacing(t.Context(), rows[1]); err != nil {
			t.Errorf("the key is free again: %v", err)
		}
	})
}

func TestSearchTakesSignsAsThemselves(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		queue(t, s, u, queued(u, 1))
		for text, want := range map[string]int{"A%_B": 1, "%_": 1, "a_b": 0, "%%": 0, `\`: 0, "": 1} {
			rows, err := s.Placements(t.Context(), store.PlacementsQuery{UnitID: u.ID, Search: text, Limit: 9})
			if err != nil || len(rows) != want {
				t.Errorf("%q finds %d, want %d, %v", text, len(rows), want, err)
			}
		}
	})
}
