package link_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/fault"
	"seaportal/internal/link"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
)

// TestAZIPThatIsFetchedAgainHoldsWhatItCounted fetches with a ticket that did
// not count a file, because somebody else had it before.
func TestAZIPThatIsFetchedAgainHoldsWhatItCounted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		ids := b.placeAll(t, "1.txt", "2.txt", "3.txt")
		token := b.create(t, link.New{PlacementIDs: ids, MaxDownloads: 1}).Token.Reveal()
		one, err := b.Redeem(t.Context(), token, link.Wish{Position: 2})
		if err != nil {
			t.Fatal(err)
		}
		transfer(t, b.begin(t, token, one), 0)
		rest, err := b.Redeem(t.Context(), token, link.Wish{})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			var body bytes.Buffer
			if err := b.begin(t, token, rest).WriteZIP(t.Context(), &body, always); err != nil {
				t.Fatal(err)
			}
			got := slices.Sorted(maps.Keys(unzip(t, body.Bytes())))
			if diff := cmp.Diff([]string{"1.txt", "3.txt"}, got); diff != "" {
				t.Error(diff)
			}
		}
		for i, want := range []int{2, 1, 2} { // each time is on record
			file, err := s.PlacedFile(t.Context(), b.unit.ID, ids[i])
			receipts, listed := s.Downloads(t.Context(), store.DownloadsQuery{UnitID: b.unit.ID, PlacementID: ids[i], Limit: 9})
			if err != nil || listed != nil || int(file.Downloads) != want || len(receipts) != want {
				t.Errorf("%s: %d downloads, %d receipts, want %d, %v, %v", file.Key, file.Downloads, len(receipts), want, err, listed)
			}
		}
		want := []string{"link.created", "file.downloaded", "file.downloaded_together", "file.downloaded_together"}
		if diff := cmp.Diff(want, b.actions(t)); diff != "" {
			t.Error(diff)
		}
		page, err := b.List(t.Context(), b.unit, link.Query{State: "ended"})
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Downloads != 3 {
			t.Errorf("the link says %+v, %v", page.Rows, err)
		}
	})
}

// TestNoTicketMakesALinkLast goes on with a transfer for as long as its ticket
// lets it, after the link has ended.
func TestNoTicketMakesALinkLast(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	token := b.create(t, link.New{MaxDownloads: 1}).Token.Reveal()
	way, err := b.redeem(t, token, "")
	if err != nil {
		t.Fatal(err)
	}
	b.age(t, "UPDATE links SET expires_at = ?", 9*time.Minute)
	if _, err := b.Open(t.Context(), token); !fault.Is(err, fault.NotFound) {
		t.Errorf("opened: %v", err)
	}
	b.begin(t, token, way) // it was given out in time
	b.age(t, "UPDATE links SET expires_at = ?", 10*time.Minute+time.Second)
	if _, err := b.Begin(t.Context(), token, way.Ticket.Reveal(), false); !fault.Is(err, fault.NotFound) {
		t.Errorf("begun: %v", err)
	}
}

// TestAReceiptIsCompleteOnceEveryByteWasSent fetches the same part twice, which
// is as many bytes as the file has and more.
func TestAReceiptIsCompleteOnceEveryByteWasSent(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		token := b.create(t, link.New{MaxDownloads: 1}).Token.Reveal()
		way, err := b.redeem(t, token, "")
		if err != nil {
			t.Fatal(err)
		}
		part := int64(len(content)) * 6 / 10
		for range 2 {
			d := b.begin(t, token, way)
			if _, err := d.Keep(t.Context(), part-1); err != nil {
				t.Fatal(err)
			}
			if err := d.Break(t.Context(), 1, part); err != nil {
				t.Fatal(err)
			}
		}
		complete := func() bool {
			rows, err := s.Downloads(t.Context(), store.DownloadsQuery{UnitID: b.unit.ID, PlacementID: b.file.ID, Limit: 9})
			if err != nil || len(rows) != 1 {
				t.Fatal(rows, err)
			}
			return rows[0].Complete
		}
		if complete() {
			t.Error("it is complete without its end")
		}
		transfer(t, b.begin(t, token, way), part)
		if !complete() {
			t.Error("it is not complete with its end")
		}
	})
}
