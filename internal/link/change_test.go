package link_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/fault"
	"seaportal/internal/link"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func TestALinkIsExtendedNeverPastItsFiles(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	soon := time.Now().UTC().Truncate(time.Microsecond).Add(48 * time.Hour)
	other := b.place(t, models.Placement{FileID: 2, Key: "soon", State: models.PlacementPlaced, ExpiresAt: &soon})
	b.create(t, link.New{PlacementIDs: []int64{b.file.ID, other.ID}})
	one := b.newest(t)
	until, err := b.Extend(t.Context(), ada, b.unit, one.ID, 24*time.Hour)
	if err != nil || !until.After(one.ExpiresAt.Add(22*time.Hour)) {
		t.Errorf("until %s, %v", until, err)
	}
	if until, err = b.Extend(t.Context(), ada, b.unit, one.ID, 30*24*time.Hour); err != nil || !until.Equal(soon) {
		t.Errorf("until %s, the first file goes %s, %v", until, soon, err)
	}
	if until, err = b.Extend(t.Context(), ada, b.unit, one.ID, time.Hour); err != nil || !until.Equal(soon) {
		t.Errorf("a shorter time makes it end %s, %v", until, err)
	}
	if _, err := b.Extend(t.Context(), ada, b.newUnit(t), one.ID, time.Hour); !fault.Is(err, fault.NotFound) {
		t.Errorf("another unit's: %v", err)
	}
	if _, err := b.Extend(t.Context(), ada, b.unit, one.ID, -time.Hour); fault.Fields(err)["lifetime"] == "" {
		t.Errorf("a negative time: %v", err)
	}
	if err := b.Revoke(t.Context(), ada, b.unit, one.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Extend(t.Context(), ada, b.unit, one.ID, 24*time.Hour); !fault.Is(err, fault.Conflict) {
		t.Errorf("revoked: %v", err)
	}
	if diff := cmp.Diff([]string{"link.created", "link.extended", "link.extended", "link.revoked"}, b.actions(t)); diff != "" {
		t.Error(diff)
	}
}

func TestEverybodyIsToldTheEndOfALinkWhoseFilesAreNoLongerHeld(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	b := setUp(t, s)
	soon := time.Now().UTC().Truncate(time.Microsecond).Add(48 * time.Hour)
	held := b.place(t, models.Placement{FileID: 2, Key: "held", State: models.PlacementPlaced, ExpiresAt: &soon, Held: true})
	month := 30 * 24 * time.Hour
	one := b.create(t, link.New{PlacementIDs: []int64{held.ID}, Lifetime: month})
	ends := func() time.Time {
		view, err := b.Open(t.Context(), one.Token.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		whole, err := b.Link(t.Context(), b.unit, b.newest(t).ID)
		if listed := b.newest(t).Stops; err != nil || !listed.Equal(view.ExpiresAt) || !whole.Stops.Equal(view.ExpiresAt) {
			t.Errorf("a partner is told %s, the list says %s and the page %s, %v", view.ExpiresAt, listed, whole.Stops, err)
		}
		return view.ExpiresAt
	}
	if got := ends(); !got.Equal(one.ExpiresAt) || got.Before(soon) {
		t.Errorf("while it is held the link works until %s, not %s", got, one.ExpiresAt)
	}
	db, err := s.SQL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "UPDATE placements SET held = ? WHERE id = ?", false, held.ID); err != nil {
		t.Fatal(err)
	}
	if got := ends(); !got.Equal(soon) {
		t.Errorf("released, the file goes %s and the link says %s", soon, got)
	}
}

// newest is the unit's newest link.
func (b *bench) newest(t *testing.T) link.Issued {
	t.Helper()
	page, err := b.List(t.Context(), b.unit, link.Query{})
	if err != nil || len(page.Rows) == 0 {
		t.Fatal(page, err)
	}
	return page.Rows[0]
}

func TestPagesOfLinksLoseNothing(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	const all = 2*link.PageSize + 7
	for range all {
		b.create(t, link.New{})
	}
	var down, up []int64
	page, err := b.List(t.Context(), b.unit, link.Query{})
	for err == nil {
		for _, row := range page.Rows {
			down = append(down, row.ID)
		}
		if !page.Older {
			break
		}
		page, err = b.List(t.Context(), b.unit, link.Query{After: down[len(down)-1]})
	}
	for query := (link.Query{Before: down[len(down)-1]}); err == nil; query.Before = page.Rows[0].ID {
		if page, err = b.List(t.Context(), b.unit, query); err != nil {
			break
		}
		for _, row := range slices.Backward(page.Rows) {
			up = append(up, row.ID)
		}
		if !page.Newer {
			break
		}
	}
	slices.Reverse(up)
	if diff := cmp.Diff(down[:len(down)-1], up); err != nil || len(down) != all || diff != "" {
		t.Errorf("%d of %d links, %v\n%s", len(down), all, err, diff)
	}
}
