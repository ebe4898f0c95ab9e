package store_test

import (
	"context"
	"errors"
	"fmt"
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

// begun makes placements that are being placed.
func begun(t *testing.T, s *store.Store, rows ...models.Placement) []models.Placement {
	t.Helper()
	for i := range rows {
		rows[i].State, rows[i].SEAKey = models.PlacementPlacing, fmt.Sprint("key", rows[i].FileID)
	}
	if err := s.InsertPlacements(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAFileHasOnePlacementEver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		begun(t, s, queued(u, 1))
		second := queued(u, 1)
		second.SEAKey = "elsewhere"
		if err := s.InsertPlacements(t.Context(), []models.Placement{second}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second placement of one file: %v", err)
		}
		placed, err := s.PlacedFiles(t.Context(), []int64{1, 2})
		if err != nil || !placed[1] || placed[2] {
			t.Errorf("placed files %v, %v", placed, err)
		}
	})
}

func TestAPlacementChangesStateOnlyFromTheExpectedOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		rows := begun(t, s, queued(u, 1), queued(u, 2), queued(u, 3))
		ids := []int64{rows[0].ID, rows[1].ID}
		expires := noon.Add(time.Hour)
		like := models.Placement{UnitID: u.ID, PlacedAt: &noon, ExpiresAt: &expires, SourceState: models.SourceDeleting, VerifiedBy: "checksum"}

		foreign := like
		foreign.UnitID++
		if changed, err := s.MarkPlaced(t.Context(), ids, foreign); err != nil || len(changed) != 0 {
			t.Errorf("another unit's were placed: %v, %v", changed, err)
		}
		if changed, err := s.MarkPlaced(t.Context(), ids, like); err != nil || len(changed) != 2 {
			t.Errorf("placed %v, %v", changed, err)
		}
		if changed, err := s.MarkPlaced(t.Context(), append(ids, rows[2].ID), like); err != nil || len(changed) != 1 || changed[0] != rows[2].ID {
			t.Errorf("placed again %v, %v", changed, err)
		}
		if err := s.MarkFailed(t.Context(), rows[0]); !errors.Is(err, store.ErrStale) {
			t.Errorf("a placed file failed: %v", err)
		}
		if rows, err := s.Expired(t.Context(), u.ID, expires.Add(-time.Microsecond), 9); err != nil || len(rows) != 0 {
			t.Errorf("expired early: %v, %v", rows, err)
		}
		if rows, err := s.Expired(t.Context(), u.ID, expires, 9); err != nil || len(rows) != 3 {
			t.Errorf("expired on time: %v, %v", rows, err)
		}
		like.SourceState, like.SourceDeletedAt = models.SourceDeleted, &noon
		for want := 2; want >= 0; want -= 2 { // the second time they are settled
			if settled, err := s.SettleSources(t.Context(), ids, like); err != nil || len(settled) != want {
				t.Errorf("settled %v, want %d, %v", settled, want, err)
			}
		}
	})
}

func TestWhatAnotherOwnerTookOverIsNotRecorded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		first := queued(u, 1)
		first.Owner = "dead"
		p := begun(t, s, first, queued(u, 2))[0]
		until := noon.Add(time.Minute)
		if taken, err := s.TakeOver(t.Context(), u.ID, []int64{p.ID}, "alive", until); err != nil || len(taken) != 1 {
			t.Fatalf("took over %v, %v", taken, err)
		}
		like := models.Placement{UnitID: u.ID, Owner: p.Owner, PlacedAt: &noon, ExpiresAt: &noon, SourceState: models.SourceKept}
		if placed, err := s.MarkPlaced(t.Context(), []int64{p.ID}, like); err != nil || len(placed) != 0 {
			t.Errorf("placed %v, %v", placed, err)
		}
		for name, record := range map[string]func(context.Context, models.Placement) error{
			"retarget": s.Retarget, "correct": s.Correct, "requeue": s.Requeue, "suspend": s.Suspend, "fail": s.MarkFailed,
		} {
			if err := record(t.Context(), p); !errors.Is(err, store.ErrStale) {
				t.Errorf("%s by the owner from before: %v", name, err)
			}
		}
		like.Owner = "alive"
		if placed, err := s.MarkPlaced(t.Context(), []int64{p.ID}, like); err != nil || len(placed) != 1 {
			t.Errorf("placed by its owner %v, %v", placed, err)
		}
		if taken, err := s.TakeOver(t.Context(), u.ID, []int64{p.ID}, "late", until); err != nil || len(taken) != 0 {
			t.Errorf("took over what is placed: %v, %v", taken, err)
		}
	})
}

func TestATargetKeyHasOneHolderInTheLocation(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		first := begun(t, s, queued(u, 1))[0]
		second := queued(u, 2)
		second.State, second.SEAKey = models.PlacementPlacing, first.SEAKey
		if err := s.InsertPlacements(t.Context(), []models.Placement{second}); !fault.Is(err, fault.Conflict) {
			t.Errorf("two under one key: %v", err)
		}
		taken, err := s.TakenTargets(t.Context(), u.ID, []string{first.SEAKey, "other"}, noon)
		if err != nil || !taken[first.SEAKey] || taken["other"] {
			t.Errorf("taken %v, %v", taken, err)
		}
		if err := s.MarkFailed(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		if err := s.InsertPlacements(t.Context(), []models.Placement{second}); err != nil {
			t.Errorf("the key is free again: %v", err)
		}
	})
}

func TestAPresignedKeyIsKeptFromOtherFiles(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		p := begun(t, s, queued(u, 1))[0]
		if err := s.KeepTarget(t.Context(), p, noon); !errors.Is(err, store.ErrStale) {
			t.Errorf("of a file that is not in SEA yet: %v", err)
		}
		_, err := s.MarkPlaced(t.Context(), []int64{p.ID}, models.Placement{UnitID: u.ID, PlacedAt: &noon, ExpiresAt: &noon, SourceState: models.SourceKept})
		err = errors.Join(err, s.KeepTarget(t.Context(), p, noon.Add(time.Hour)), s.KeepTarget(t.Context(), p, noon))
		if last, err := s.LastPresigned(t.Context(), u.ID, noon); err != nil || last == nil || !last.Equal(noon.Add(time.Hour)) {
			t.Errorf("the last works until %v, %v", last, err)
		}
		if err == nil {
			_, err = s.MarkRemoved(t.Context(), []int64{p.ID}, models.PlacementPlaced, models.Placement{UnitID: u.ID, RemovedAt: &noon, RemoveReason: models.RemovedByClient})
		}
		if err != nil {
			t.Fatal(err)
		}
		for at, want := range map[time.Time]bool{noon: true, noon.Add(time.Hour - time.Second): true, noon.Add(time.Hour): false} {
			if taken, err := s.TakenTargets(t.Context(), u.ID, []string{p.SEAKey}, at); err != nil || taken[p.SEAKey] != want {
				t.Errorf("at %s taken %v, %v", at, taken, err)
			}
		}
		if last, err := s.LastPresigned(t.Context(), u.ID, noon); err != nil || last != nil {
			t.Errorf("of a file that has left one works until %v, %v", last, err)
		}
		other := unit(t, s, "apac")
		if taken, err := s.TakenTargets(t.Context(), other.ID, []string{p.SEAKey}, noon); err != nil || len(taken) != 0 {
			t.Errorf("another unit's: %v, %v", taken, err)
		}
	})
}

func TestSearchTakesSignsAsThemselves(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		begun(t, s, queued(u, 1))
		for text, want := range map[string]int{"A%_B": 1, "%_": 1, "a_b": 0, "%%": 0, `\`: 0, "": 1} {
			rows, err := s.Placements(t.Context(), store.PlacementsQuery{UnitID: u.ID, Search: text, Limit: 9})
			if err != nil || len(rows) != want {
				t.Errorf("%q finds %d, want %d, %v", text, len(rows), want, err)
			}
		}
	})
}
