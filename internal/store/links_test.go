package store_test

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

func insertLink(t *testing.T, s *store.Store, limit int, files ...models.Placement) models.Link {
	t.Helper()
	link := models.Link{
		UnitID: files[0].UnitID, TokenHash: "t" + strconv.FormatInt(files[0].ID, 10), MaxDownloads: limit,
		CreatedAt: *instant(0), CreatedBy: "Ada", ExpiresAt: *instant(time.Hour),
	}
	rows := make([]models.LinkFile, len(files))
	for i, file := range files {
		rows[i] = models.LinkFile{PlacementID: file.ID, Position: i + 1}
	}
	if err := s.InsertLink(t.Context(), &link, rows); err != nil {
		t.Fatal(err)
	}
	return link
}

func placed(t *testing.T, s *store.Store, unitID, fileID int64, key string) models.Placement {
	t.Helper()
	return place(t, s, models.Placement{UnitID: unitID, FileID: fileID, Key: key, SEAKey: key, Size: 7, State: models.PlacementPlaced})
}

func TestNoRacePassesTheTriesOfALink(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		link := insertLink(t, s, 3, placed(t, s, 1, 1, "k"))
		var tries atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if err := s.TakePINTry(t.Context(), link.ID, 5); err == nil {
					tries.Add(1)
				} else if !errors.Is(err, store.ErrStale) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if err := s.ReturnPINTry(t.Context(), link.ID); err != nil {
			t.Fatal(err)
		}
		got, err := s.LinkByToken(t.Context(), link.TokenHash)
		if err != nil || tries.Load() != 5 || got.PINFailures != 4 {
			t.Errorf("%d of 5 tries, link %+v, %v", tries.Load(), got, err)
		}
	})
}

func TestALinkIsUsedUpWithTheLastOfItsFiles(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		link := insertLink(t, s, 2, placed(t, s, 1, 1, "a"), placed(t, s, 1, 2, "b"))
		for i, positions := range [][]int{{1, 2}, {1}, {2}} { // two downloads, and one, and one
			if err := s.CountFetched(t.Context(), link, positions, *instant(0)); err != nil {
				t.Fatal(err)
			}
			got, err := s.Link(t.Context(), 1, link.ID)
			if err != nil || got.Downloads != i+2 || (got.UsedUpAt != nil) != (i == 2) {
				t.Errorf("after %d: %+v, %v", i+1, got, err)
			}
		}
		files, err := s.FilesOfLink(t.Context(), 1, link.ID)
		if err != nil || len(files) != 2 || files[0].Fetched != 2 || files[1].Position != 2 || files[1].Key != "b" {
			t.Errorf("files %+v, %v", files, err)
		}
		if files, err := s.FilesOfLink(t.Context(), 2, link.ID); err != nil || len(files) != 0 {
			t.Errorf("another unit's: %+v, %v", files, err)
		}
	})
}

func TestALinkIsChangedInItsUnitOnlyAndWhileItLasts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		link := insertLink(t, s, 0, placed(t, s, 1, 1, "k"))
		later := instant(2 * time.Hour)
		for name, try := range map[string]error{
			"another unit's revoked":    s.RevokeLink(t.Context(), 2, link.ID, *instant(0), "Ada"),
			"another unit's extended":   s.ExtendLink(t.Context(), 2, link.ID, *later, *instant(0)),
			"extended to its own end":   s.ExtendLink(t.Context(), 1, link.ID, link.ExpiresAt, *instant(0)),
			"extended after it is over": s.ExtendLink(t.Context(), 1, link.ID, *later, link.ExpiresAt),
		} {
			if !errors.Is(try, store.ErrStale) {
				t.Errorf("%s: %v", name, try)
			}
		}
		if _, err := s.Link(t.Context(), 2, link.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit's: %v", err)
		}
		if err := s.ExtendLink(t.Context(), 1, link.ID, *later, *instant(0)); err != nil {
			t.Fatal(err)
		}
		if err := s.RevokeLink(t.Context(), 1, link.ID, *instant(0), "Ada"); err != nil {
			t.Fatal(err)
		}
		if err := s.RevokeLink(t.Context(), 1, link.ID, *instant(0), "Ada"); !errors.Is(err, store.ErrStale) {
			t.Errorf("revoked twice: %v", err)
		}
		if err := s.ExtendLink(t.Context(), 1, link.ID, *instant(3 * time.Hour), *instant(0)); !errors.Is(err, store.ErrStale) {
			t.Errorf("extended after it was revoked: %v", err)
		}
	})
}

func TestLinksAreListedByStateFileAndPage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := placed(t, s, 1, 1, "a"), place(t, s, models.Placement{UnitID: 1, FileID: 2, Key: "b", SEAKey: "b", Size: 5, State: models.PlacementRemoved})
		one, two := insertLink(t, s, 0, a, b), insertLink(t, s, 0, b)
		other := insertLink(t, s, 0, placed(t, s, 2, 3, "c"))
		if err := s.RevokeLink(t.Context(), 1, two.ID, *instant(0), "Ada"); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]struct {
			query store.LinksQuery
			ids   []int64
		}{
			"all":      {store.LinksQuery{UnitID: 1}, []int64{two.ID, one.ID}},
			"live":     {store.LinksQuery{UnitID: 1, Live: true}, []int64{one.ID}},
			"ended":    {store.LinksQuery{UnitID: 1, Ended: true}, []int64{two.ID}},
			"to a":     {store.LinksQuery{UnitID: 1, PlacementID: a.ID}, []int64{one.ID}},
			"to b":     {store.LinksQuery{UnitID: 1, PlacementID: b.ID}, []int64{two.ID, one.ID}},
			"older":    {store.LinksQuery{UnitID: 1, After: two.ID}, []int64{one.ID}},
			"newer":    {store.LinksQuery{UnitID: 1, Before: one.ID}, []int64{two.ID}},
			"of 2":     {store.LinksQuery{UnitID: 2}, []int64{other.ID}},
			"2 to a":   {store.LinksQuery{UnitID: 2, PlacementID: a.ID}, nil},
			"in a day": {store.LinksQuery{UnitID: 2, Live: true, At: instant(0).Add(24 * time.Hour)}, nil},
		} {
			if want.query.Limit = 10; want.query.At.IsZero() {
				want.query.At = *instant(0)
			}
			want.query.MaxPINFailures = 5
			links, err := s.Links(t.Context(), want.query)
			var ids []int64
			for _, link := range links {
				ids = append(ids, link.ID)
			}
			if diff := cmp.Diff(want.ids, ids); err != nil || diff != "" {
				t.Errorf("%s: %v\n%s", name, err, diff)
			}
			for _, link := range links {
				if link.ID == one.ID && (link.Files != 2 || link.Present != 1 || link.Bytes != 7 || link.Key != "a" || link.FirstID != a.ID) {
					t.Errorf("%s: files come to %+v", name, link)
				}
			}
		}
	})
}

func TestRevokingAllSparesWhatIsOverAndOtherUnits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := placed(t, s, 1, 1, "a"), placed(t, s, 1, 2, "b")
		insertLink(t, s, 0, a, b)
		insertLink(t, s, 0, b)
		insertLink(t, s, 0, placed(t, s, 2, 3, "c"))
		for _, try := range []struct {
			unit, placement int64
			at              time.Time
			want            int64
		}{{2, a.ID, *instant(0), 0}, {1, 0, *instant(2 * time.Hour), 0}, {1, a.ID, *instant(0), 1}, {1, 0, *instant(0), 1}, {1, 0, *instant(0), 0}} {
			if n, err := s.RevokeLinks(t.Context(), try.unit, try.placement, try.at, "Ada"); err != nil || n != try.want {
				t.Errorf("%+v: revoked %d, %v", try, n, err)
			}
		}
	})
}

func TestATicketHoldsItsDownloadUntilItIsCompleteOrOver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		link := insertLink(t, s, 1, placed(t, s, 1, 1, "k"))
		issue := func(hash string, until time.Duration) models.LinkTicket {
			ticket := models.LinkTicket{LinkID: link.ID, Position: 1, TokenHash: hash, IssuedAt: *instant(0), LeaseUntil: *instant(until)}
			if err := s.InsertTicket(t.Context(), &ticket, instant(0).Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
			return ticket
		}
		issue("old", -2*time.Hour)
		first, second := issue("1", time.Minute), issue("2", 2*time.Minute)
		if _, err := s.Ticket(t.Context(), link.ID, "old"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an old ticket is kept: %v", err)
		}
		inUse := func(at time.Duration) int {
			tickets, err := s.TicketsInUse(t.Context(), link.ID, *instant(at))
			if err != nil {
				t.Fatal(err)
			}
			return len(tickets)
		}
		if inUse(0) != 2 || inUse(time.Minute) != 1 {
			t.Error("the wrong tickets are in use")
		}
		for i, want := range []struct{ from, sent, reach int64 }{{0, 10, 10}, {20, 20, 10}, {-1, 30, 10}, {0, 40, 10}, {5, 50, 15}, {15, 60, 25}} {
			kept, err := s.KeepTicket(t.Context(), first.ID, *instant(time.Hour), want.from, 10)
			if err != nil || kept.Sent != want.sent || kept.Reach != want.reach {
				t.Errorf("%d: sent %d, reaches %d, want %+v, %v", i, kept.Sent, kept.Reach, want, err)
			}
		}
		if err := s.CompleteTicket(t.Context(), second.ID, *instant(0), "1,3"); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Ticket(t.Context(), link.ID, "2"); err != nil || got.Counted != "1,3" {
			t.Errorf("counted %q, %v", got.Counted, err)
		}
		if err := s.CompleteTicket(t.Context(), second.ID, *instant(0), "1"); !errors.Is(err, store.ErrStale) {
			t.Errorf("complete twice: %v", err)
		}
		if inUse(time.Minute) != 1 {
			t.Error("a complete ticket is in use, or the other one is not")
		}
		if err := s.RevokeLink(t.Context(), 1, link.ID, *instant(0), "Ada"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.KeepTicket(t.Context(), first.ID, *instant(time.Hour), 0, 1); !errors.Is(err, store.ErrStale) {
			t.Errorf("kept although the link was revoked: %v", err)
		}
	})
}
