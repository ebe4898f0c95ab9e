package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func place(t *testing.T, s *store.Store, p models.Placement) models.Placement {
	t.Helper()
	rows := []models.Placement{p}
	if err := s.InsertPlacements(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	return rows[0]
}

func insertLink(t *testing.T, s *store.Store, p models.Placement, limit int) models.Link {
	t.Helper()
	link := models.Link{
		UnitID: p.UnitID, PlacementID: p.ID, TokenHash: "t", MaxDownloads: limit,
		CreatedAt: *instant(0), CreatedBy: "Ada", ExpiresAt: *instant(time.Hour),
	}
	if err := s.InsertLink(t.Context(), &link); err != nil {
		t.Fatal(err)
	}
	return link
}

func TestNoRacePassesTheMaximumOfALink(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		link := insertLink(t, s, place(t, s, models.Placement{UnitID: 1, FileID: 1, State: models.PlacementPlaced}), 3)
		var won, tries atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if err := s.CountRedemption(t.Context(), link.ID, *instant(0)); err == nil {
					won.Add(1)
				} else if !errors.Is(err, store.ErrStale) {
					t.Error(err)
				}
				if err := s.TakePINTry(t.Context(), link.ID, 5); err == nil {
					tries.Add(1)
				} else if !errors.Is(err, store.ErrStale) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 3 || tries.Load() != 5 {
			t.Errorf("%d of 3 downloads, %d of 5 tries", won.Load(), tries.Load())
		}
		if err := s.ReturnPINTry(t.Context(), link.ID); err != nil {
			t.Fatal(err)
		}
		got, err := s.LinkByToken(t.Context(), "t")
		if err != nil || got.Downloads != 3 || got.PINFailures != 4 {
			t.Errorf("link %+v, %v", got, err)
		}
	})
}

func TestALinkCountsNothingOnceItIsOver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		link := insertLink(t, s, place(t, s, models.Placement{UnitID: 1, FileID: 1, Key: "k", State: models.PlacementPlaced}), 0)
		if err := s.CountRedemption(t.Context(), link.ID, link.ExpiresAt); !errors.Is(err, store.ErrStale) {
			t.Errorf("expired: %v", err)
		}
		if err := s.RevokeLink(t.Context(), 2, link.ID, *instant(0), "Ada"); !errors.Is(err, store.ErrStale) {
			t.Errorf("another unit's: %v", err)
		}
		if err := s.RevokeLink(t.Context(), 1, link.ID, *instant(0), "Ada"); err != nil {
			t.Fatal(err)
		}
		if err := s.RevokeLink(t.Context(), 1, link.ID, *instant(0), "Ada"); !errors.Is(err, store.ErrStale) {
			t.Errorf("revoked twice: %v", err)
		}
		if err := s.CountRedemption(t.Context(), link.ID, *instant(0)); !errors.Is(err, store.ErrStale) {
			t.Errorf("revoked: %v", err)
		}
		if _, err := s.Link(t.Context(), 2, link.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit's: %v", err)
		}
		links, err := s.Links(t.Context(), 1, 10)
		if err != nil || len(links) != 1 || links[0].Key != "k" || links[0].RevokedBy != "Ada" || links[0].State != models.PlacementPlaced {
			t.Errorf("listed %+v, %v", links, err)
		}
		for of, want := range map[[2]int64]int{{1, link.PlacementID}: 1, {1, link.PlacementID + 1}: 0, {2, link.PlacementID}: 0} {
			if links, err := s.LinksTo(t.Context(), of[0], of[1], 10); err != nil || len(links) != want {
				t.Errorf("unit and placement %v: %d links, %v", of, len(links), err)
			}
		}
	})
}
