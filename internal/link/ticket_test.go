package link_test

import (
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/fault"
	"seaportal/internal/link"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// begin opens the transfer of a way.
func (b *bench) begin(t *testing.T, token string, way link.Way) *link.Delivery {
	t.Helper()
	d, err := b.Begin(t.Context(), token, way.Ticket.Reveal(), false)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// transfer sends what is left of a delivery, as a handler does.
func transfer(t *testing.T, d *link.Delivery, from int64) string {
	t.Helper()
	d.From(from)
	c := d.Content(t.Context())
	defer func() { _ = c.Close() }()
	if _, err := c.Seek(from, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	done, err := d.Keep(t.Context(), int64(len(body)))
	if err == nil && done {
		err = d.Finish(t.Context(), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestOneDownloadIsOneCompleteDownload(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		token := b.create(t, link.New{MaxDownloads: 1}).Token.Reveal()
		way, err := b.redeem(t, token, "")
		if err != nil || way.URL != "" {
			t.Fatal(way, err)
		}
		if _, err := b.redeem(t, token, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second one at once: %v", err)
		}
		broken := b.begin(t, token, way)
		if _, err := broken.Keep(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
		if err := broken.Break(t.Context(), 1, 6); err != nil {
			t.Fatal(err)
		}
		again, err := b.redeem(t, token, "") // what broke off counts nothing, and is free at once
		if err != nil {
			t.Fatal(err)
		}
		if body := transfer(t, b.begin(t, token, again), 0); body != content {
			t.Errorf("sent %q", body)
		}
		for name, try := range map[string]error{
			"redeemed": second(b.redeem(t, token, "")), "opened": second(b.Open(t.Context(), token)),
			"the ticket that broke off": second(b.Begin(t.Context(), token, way.Ticket.Reveal(), false)),
		} {
			if !fault.Is(try, fault.NotFound) {
				t.Errorf("used up, %s: %v", name, try)
			}
		}
		if body := transfer(t, b.begin(t, token, again), 3); body != content[3:] { // lost on the other side: the same ticket, within its grace
			t.Errorf("sent %q", body)
		}
		if diff := cmp.Diff([]string{"link.created", "file.download_broke_off", "file.downloaded"}, b.actions(t)); diff != "" {
			t.Error(diff)
		}
		file, err := s.PlacedFile(t.Context(), b.unit.ID, b.file.ID)
		page, listed := b.List(t.Context(), b.unit, link.Query{State: "ended"})
		if err != nil || listed != nil || file.Downloads != 1 || len(page.Rows) != 1 || page.Rows[0].State() != "used-up" {
			t.Errorf("%d downloads, %v, listed %+v, %v", file.Downloads, err, page, listed)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestPartsOfOneTicketAddUpToOneDownload(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	token := b.create(t, link.New{MaxDownloads: 1}).Token.Reveal()
	way, err := b.redeem(t, token, "")
	if err != nil {
		t.Fatal(err)
	}
	first := b.begin(t, token, way)
	if done, err := first.Keep(t.Context(), 8); err != nil || done {
		t.Fatalf("done %t, %v", done, err)
	}
	if err := first.Break(t.Context(), 0, 8); err != nil {
		t.Fatal(err)
	}
	if body := transfer(t, b.begin(t, token, way), 8); body != content[8:] {
		t.Errorf("sent %q", body)
	}
	if _, err := b.Open(t.Context(), token); !fault.Is(err, fault.NotFound) {
		t.Errorf("two parts did not use the link up: %v", err)
	}
}

func TestNoRaceGivesMoreThanTheLinkAllows(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		token := b.create(t, link.New{MaxDownloads: 3}).Token.Reveal()
		var given atomic.Int64
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				way, err := b.Redeem(t.Context(), token, link.Wish{})
				if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				d, err := b.Begin(t.Context(), token, way.Ticket.Reveal(), false)
				if err == nil {
					err = d.Finish(t.Context(), nil)
				}
				if err != nil {
					t.Error(err)
				}
				given.Add(1)
			})
		}
		all.Wait()
		file, err := s.PlacedFile(t.Context(), b.unit.ID, b.file.ID)
		if err != nil || given.Load() != 3 || file.Downloads != 3 {
			t.Errorf("%d given, %d counted, %v", given.Load(), file.Downloads, err)
		}
	})
}

func TestOneTicketCountsOnceHoweverOftenItIsUsedAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		token := b.create(t, link.New{MaxDownloads: 2}).Token.Reveal()
		way, err := b.redeem(t, token, "")
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 6 {
			d := b.begin(t, token, way)
			all.Go(func() {
				if err := d.Finish(t.Context(), nil); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		file, err := s.PlacedFile(t.Context(), b.unit.ID, b.file.ID)
		if err != nil || file.Downloads != 1 {
			t.Errorf("%d counted, %v", file.Downloads, err)
		}
	})
}

func TestATransferEndsWithItsLink(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	created := b.create(t, link.New{MaxDownloads: 1})
	token := created.Token.Reveal()
	way, err := b.redeem(t, token, "")
	if err != nil {
		t.Fatal(err)
	}
	d := b.begin(t, token, way)
	if n, err := b.RevokeAll(t.Context(), ada, b.unit, b.file.ID); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if _, err := d.Keep(t.Context(), 1); !fault.Is(err, fault.NotFound) {
		t.Errorf("kept: %v", err)
	}
	if err := d.Finish(t.Context(), nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("finished: %v", err)
	}
	if _, err := b.Begin(t.Context(), token, way.Ticket.Reveal(), false); !fault.Is(err, fault.NotFound) {
		t.Errorf("begun: %v", err)
	}
	if diff := cmp.Diff([]string{"link.created", "link.revoked_all"}, b.actions(t)); diff != "" {
		t.Error(diff)
	}
}

func TestATransferEndsWhenSEAIsDisabled(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	token := b.create(t, link.New{MaxDownloads: 1}).Token.Reveal()
	way, err := b.redeem(t, token, "")
	if err != nil {
		t.Fatal(err)
	}
	d := b.begin(t, token, way)
	if err := b.Store.ChangeSEA(t.Context(), b.unit.ID, models.SEAEnabled, models.SEADisabling); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Keep(t.Context(), 1); !fault.Is(err, fault.NotFound) {
		t.Errorf("kept: %v", err)
	}
}

// age sets an instant in the database to one that is so long ago.
func (b *bench) age(t *testing.T, statement string, by time.Duration) {
	t.Helper()
	db, err := b.Store.SQL()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC().Add(-by).Format("2006-01-02 15:04:05.999999999+00:00")
	if _, err := db.ExecContext(t.Context(), statement, at); err != nil {
		t.Fatal(err)
	}
}

// TestTicketsGrowOld makes tickets older in the database, since links go by real
// time.
func TestTicketsGrowOld(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	b := setUp(t, s)
	token := b.create(t, link.New{MaxDownloads: 1, Lifetime: 24 * time.Hour}).Token.Reveal()
	way, err := b.redeem(t, token, "")
	if err != nil {
		t.Fatal(err)
	}
	age := func(by time.Duration) { b.age(t, "UPDATE link_tickets SET lease_until = ?", by) }
	age(time.Second) // nobody came for it: others may
	other, err := b.redeem(t, token, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Begin(t.Context(), token, way.Ticket.Reveal(), false); !fault.Is(err, fault.Conflict) {
		t.Errorf("the first one, while another is under way: %v", err)
	}
	age(time.Second)
	b.begin(t, token, way)
	age(10*time.Minute + time.Second)
	for _, ticket := range []link.Way{way, other} {
		if _, err := b.Begin(t.Context(), token, ticket.Ticket.Reveal(), false); !fault.Is(err, fault.NotFound) {
			t.Errorf("too old: %v", err)
		}
	}
	if _, err := b.Open(t.Context(), token); err != nil {
		t.Errorf("nothing was downloaded, and yet: %v", err)
	}
}
