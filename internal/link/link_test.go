package link_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/link"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func TestDownloadGivesTheFileUnderItsNameAndRecordsIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		url, err := b.Download(t.Context(), ada, b.unit, b.file.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(url, "X-Amz-Expires=60&") {
			t.Errorf("the URL does not end after a minute: %s", url)
		}
		status, header, body := fetch(t, url)
		if status != http.StatusOK || body != content || header.Get("Content-Type") != "text/plain" {
			t.Errorf("answered %d %v: %s", status, header, body)
		}
		want := `attachment; filename="Gr__e _1_+_2F _.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%221%22+%252F%20%F0%9F%93%9E.txt`
		if diff := cmp.Diff(want, header.Get("Content-Disposition")); diff != "" {
			t.Error(diff)
		}
		file, err := s.PlacedFile(t.Context(), b.unit.ID, b.file.ID)
		if err != nil || file.Downloads != 1 || file.FirstDownloadedAt == nil {
			t.Errorf("placement %+v, %v", file, err)
		}
		if diff := cmp.Diff([]string{"file.downloaded"}, b.actions(t)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestWhatIsGivenOutIsNoDownloadYet has a server that tells of fetches.
func TestWhatIsGivenOutIsNoDownloadYet(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		b.Told = true
		if _, err := b.Download(t.Context(), ada, b.unit, b.file.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := b.redeem(t, b.create(t, link.New{}).Token.Reveal(), ""); err != nil {
			t.Fatal(err)
		}
		file, err := s.PlacedFile(t.Context(), b.unit.ID, b.file.ID)
		if err != nil || file.Downloads != 0 || file.FirstDownloadedAt != nil || len(b.receipts(t, b.file.ID)) != 2 {
			t.Errorf("placement %+v, %v", file, err)
		}
	})
}

func TestWhatIsNotInTheLocationIsNotFound(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	past := time.Now().UTC().Add(-time.Second)
	queued := b.place(t, models.Placement{FileID: 2, Key: "queued", State: models.PlacementQueued})
	removed := b.place(t, models.Placement{FileID: 3, Key: "removed", State: models.PlacementRemoved})
	expired := b.place(t, models.Placement{FileID: 4, Key: "expired", State: models.PlacementPlaced, ExpiresAt: &past})
	held := b.place(t, models.Placement{FileID: 5, Key: "held", State: models.PlacementPlaced, ExpiresAt: &past, Held: true})
	other := b.newUnit(t)
	for name, try := range map[string]struct {
		unit models.BusinessUnit
		id   int64
	}{
		"unknown": {b.unit, 999}, "queued": {b.unit, queued.ID}, "removed": {b.unit, removed.ID},
		"expired": {b.unit, expired.ID}, "another unit's": {other, b.file.ID},
	} {
		if _, err := b.Download(t.Context(), ada, try.unit, try.id); !fault.Is(err, fault.NotFound) {
			t.Errorf("download of %s: %v", name, err)
		}
		_, err := b.Create(t.Context(), ada, try.unit, link.New{PlacementIDs: []int64{try.id}, Lifetime: time.Hour})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("link to %s: %v", name, err)
		}
	}
	if _, err := b.Download(t.Context(), ada, b.unit, held.ID); err != nil {
		t.Errorf("download of a file that a hold keeps: %v", err)
	}
	made, err := b.Create(t.Context(), ada, b.unit, link.New{PlacementIDs: []int64{held.ID}, Lifetime: time.Hour})
	if err != nil || !made.ExpiresAt.After(past.Add(time.Minute)) {
		t.Errorf("link to a file that a hold keeps: until %s, %v", made.ExpiresAt, err)
	}
}

// create makes a link to the bench's file.
func (b *bench) create(t *testing.T, in link.New) link.Created {
	t.Helper()
	if in.PlacementIDs == nil {
		in.PlacementIDs = []int64{b.file.ID}
	}
	if in.Lifetime == 0 {
		in.Lifetime = time.Hour
	}
	created, err := b.Create(t.Context(), ada, b.unit, in)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

// redeem asks for a link's one file.
func (b *bench) redeem(t *testing.T, token, pin string) (link.Way, error) {
	t.Helper()
	return b.Redeem(t.Context(), token, link.Wish{PIN: sealed.NewPlain(pin), Address: "192.0.2.9"})
}

func TestALinkWithoutALimitLeadsToAPresignedURL(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		token := b.create(t, link.New{Note: " for Northwind "}).Token.Reveal()
		for range 3 { // looking uses nothing up
			view, err := b.Open(t.Context(), token)
			if err != nil || len(view.Files) != 1 || view.Several || view.HasPIN || view.MaxDownloads != 0 {
				t.Fatalf("view %+v, %v", view, err)
			}
			if file := view.Files[0]; file.Name != `Grüße "1"+%2F 📞.txt` || file.Size != b.file.Size || file.Checksum != "CRC64NVME:abc=" {
				t.Fatalf("file %+v", file)
			}
		}
		for range 2 {
			way, err := b.redeem(t, token, "")
			if err != nil || !way.Ticket.Empty() {
				t.Fatal(way, err)
			}
			if status, _, body := fetch(t, way.URL); status != http.StatusOK || body != content {
				t.Errorf("answered %d: %s", status, body)
			}
		}
		if diff := cmp.Diff([]string{"link.created", "file.downloaded", "file.downloaded"}, b.actions(t)); diff != "" {
			t.Error(diff)
		}
		page, err := b.List(t.Context(), b.unit, link.Query{State: "live"})
		if err != nil || len(page.Rows) != 1 {
			t.Fatal(page, err)
		}
		if row := page.Rows[0]; row.Downloads != 2 || row.TokenHash == token || row.Note != "for Northwind" || row.Key != b.file.Key {
			t.Errorf("listed %+v", row)
		}
	})
}

func TestFiveWrongPINsLockTheLink(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	token := b.create(t, link.New{PIN: sealed.NewPlain("4711")}).Token.Reveal()
	if view, err := b.Open(t.Context(), token); err != nil || !view.HasPIN {
		t.Fatalf("view %+v, %v", view, err)
	}
	for try := range 4 {
		if _, err := b.redeem(t, token, "4712"); fault.Fields(err)["pin"] == "" {
			t.Errorf("wrong PIN %d: %v", try, err)
		}
	}
	for range 2 { // a right one takes no try away
		if _, err := b.redeem(t, token, "4711"); err != nil {
			t.Errorf("the right PIN: %v", err)
		}
	}
	if _, err := b.redeem(t, token, ""); fault.Fields(err)["pin"] == "" {
		t.Errorf("no PIN: %v", err)
	}
	if _, err := b.redeem(t, token, "4711"); !fault.Is(err, fault.TooMany) {
		t.Errorf("the right PIN, too late: %v", err)
	}
	if got := strings.Count(strings.Join(b.actions(t), " "), "link.pin_refused"); got != 5 {
		t.Errorf("%d refusals recorded", got)
	}
}

func TestALinkEndsWithItsFileItsUnitAndItsRevocation(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	long := b.create(t, link.New{Lifetime: 90 * 24 * time.Hour})
	if !long.ExpiresAt.Equal(*b.file.ExpiresAt) {
		t.Errorf("the link ends %s, its file %s", long.ExpiresAt, b.file.ExpiresAt)
	}
	token := long.Token.Reveal()
	works := func(want bool, why string) {
		t.Helper()
		_, opened := b.Open(t.Context(), token)
		_, redeemed := b.redeem(t, token, "")
		for _, err := range []error{opened, redeemed} {
			if want != (err == nil) || !want && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", why, err)
			}
		}
	}
	works(true, "new")
	b.Clock = clock.Shifted(31 * 24 * time.Hour)
	works(false, "the file has expired")
	b.Clock = clock.Real
	if err := b.Store.ChangeSEA(t.Context(), b.unit.ID, models.SEAEnabled, models.SEAOff); err != nil {
		t.Fatal(err)
	}
	works(false, "SEA is disabled")
	if err := b.Store.ChangeSEA(t.Context(), b.unit.ID, models.SEAOff, models.SEAEnabled); err != nil {
		t.Fatal(err)
	}
	page, err := b.List(t.Context(), b.unit, link.Query{})
	if err != nil {
		t.Fatal(err)
	}
	links := page.Rows
	if err := b.Revoke(t.Context(), ada, b.newUnit(t), links[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("revoked by another unit: %v", err)
	}
	works(true, "not revoked yet")
	for range 2 {
		if err := b.Revoke(t.Context(), ada, b.unit, links[0].ID); err != nil {
			t.Error(err)
		}
	}
	works(false, "revoked")
	token = "made-up"
	works(false, "unknown")
}

func TestCreateRefusesBesideTheField(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	for name, try := range map[string]struct {
		in    link.New
		field string
	}{
		"no lifetime":    {link.New{}, "lifetime"},
		"negative":       {link.New{Lifetime: -time.Hour}, "lifetime"},
		"for ever":       {link.New{Lifetime: 1 << 62}, "lifetime"},
		"fewer than 0":   {link.New{Lifetime: time.Hour, MaxDownloads: -1}, "max_downloads"},
		"a short PIN":    {link.New{Lifetime: time.Hour, PIN: sealed.NewPlain("123")}, "pin"},
		"a long note":    {link.New{Lifetime: time.Hour, Note: strings.Repeat("x", 501)}, "note"},
		"a note's NUL":   {link.New{Lifetime: time.Hour, Note: "\x00"}, "note"},
		"an endless PIN": {link.New{Lifetime: time.Hour, PIN: sealed.NewPlain(strings.Repeat("1", 65))}, "pin"},
	} {
		try.in.PlacementIDs = []int64{b.file.ID}
		_, err := b.Create(t.Context(), ada, b.unit, try.in)
		if fields := fault.Fields(err); len(fields) != 1 || fields[try.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNothingIsHandedOutBehindTheBackOfADisabling sends forms that were begun
// while SEA was enabled.
func TestNothingIsHandedOutBehindTheBackOfADisabling(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		if err := s.ChangeSEA(t.Context(), b.unit.ID, models.SEAEnabled, models.SEADisabling); err != nil {
			t.Fatal(err)
		}
		_, err := b.Create(t.Context(), ada, b.unit, link.New{PlacementIDs: []int64{b.file.ID}, Lifetime: time.Hour})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a link: %v", err)
		}
		if _, err := b.presign(t, b.unit, b.file.ID, time.Hour); !fault.Is(err, fault.Conflict) {
			t.Errorf("a presigned URL: %v", err)
		}
		if actions := b.actions(t); len(actions) != 0 {
			t.Errorf("recorded %v", actions)
		}
	})
}
