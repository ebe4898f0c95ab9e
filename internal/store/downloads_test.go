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

func TestADownloadIsCountedOnItsPlacement(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		unit(t, s, "emea") // the first: its id is 1
		p := place(t, s, models.Placement{UnitID: 1, FileID: 1, State: models.PlacementPlaced})
		first := instant(0)
		for _, at := range []time.Time{*first, first.Add(time.Minute)} {
			if err := s.RecordDownload(t.Context(), models.Download{UnitID: 1, PlacementID: p.ID, At: at, By: "Ada"}, true); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.PlacedFile(t.Context(), 1, p.ID)
		if err != nil || got.Downloads != 2 || !got.FirstDownloadedAt.Equal(*first) {
			t.Errorf("placement %+v, %v", got, err)
		}
		last, err := s.LastDownloads(t.Context())
		if err != nil || len(last) != 1 || !last[1].Equal(first.Add(time.Minute)) {
			t.Errorf("last downloads %v, %v", last, err)
		}
		err = s.RecordDownload(t.Context(), models.Download{UnitID: 2, PlacementID: p.ID, At: *first}, true)
		if !errors.Is(err, store.ErrStale) {
			t.Errorf("another unit's: %v", err)
		}
		if _, err := s.PlacedFile(t.Context(), 2, p.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit's: %v", err)
		}
	})
}
