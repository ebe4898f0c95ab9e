package receipt_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/clock"
	"seaportal/internal/history"
	"seaportal/internal/receipt"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

const partner = "AKIAPARTNER000000000"

// bench is a unit with files in SEA.
type bench struct {
	*receipt.Service
	t     *testing.T
	store *store.Store
	unit  models.BusinessUnit
}

func newBench(t *testing.T, s *store.Store, slug string) *bench {
	t.Helper()
	bucket, prefix := "sea", slug+"/"
	unit := models.BusinessUnit{
		Slug: slug, Name: slug, ActiveBucket: "active", ActivePrefix: prefix, StorageKind: models.StorageSystem,
		SEAState: models.SEAEnabled, SEABucket: &bucket, SEAPrefix: &prefix, RetentionDays: models.RetentionDays,
	}
	if err := s.CreateUnit(t.Context(), &unit); err != nil {
		t.Fatal(err)
	}
	return &bench{Service: receipt.New(s, clock.Real, slog.New(slog.DiscardHandler)), t: t, store: s, unit: unit}
}

// place makes files of 100 bytes in SEA that expire in some days.
func (b *bench) place(firstFile int64, days int, keys ...string) []models.Placement {
	b.t.Helper()
	placed := clock.Real.Now().Add(-time.Hour)
	expires := placed.Add(time.Duration(days) * 24 * time.Hour)
	rows := make([]models.Placement, len(keys))
	for i, key := range keys {
		rows[i] = models.Placement{
			UnitID: b.unit.ID, FileID: firstFile + int64(i), RuleID: 1, RuleVersion: 1, Action: "copy", Key: key, SEAKey: key, Size: 100,
			State: models.PlacementPlaced, SourceState: models.SourceKept, QueuedAt: placed, PlacedAt: &placed, ExpiresAt: &expires,
		}
	}
	if err := b.store.InsertPlacements(b.t.Context(), rows); err != nil {
		b.t.Fatal(err)
	}
	return rows
}

// get is a GET of a file by the partner's client, told when it is over.
func (b *bench) get(key string, from, sent int64, begun time.Time) receipt.Fetch {
	return receipt.Fetch{
		Bucket: "sea", Key: b.unit.Slug + "/" + key, Size: 100, From: from, Sent: sent,
		AccessKeyID: partner, Address: "192.0.2.7", Begun: begun, Ended: begun.Add(time.Second),
	}
}

func (b *bench) write() {
	b.t.Helper()
	if err := b.Write(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) receipts(p models.Placement) []models.Download {
	b.t.Helper()
	page, err := b.Of(b.t.Context(), b.unit, p.ID, 0, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	return page.Rows
}

func (b *bench) downloads(p models.Placement) int64 {
	b.t.Helper()
	row, err := b.store.Placement(b.t.Context(), b.unit.ID, p.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	if (row.Downloads > 0) != (row.FirstDownloadedAt != nil) {
		b.t.Errorf("%d downloads, the first at %v", row.Downloads, row.FirstDownloadedAt)
	}
	return row.Downloads
}

func (b *bench) summaries() []string {
	b.t.Helper()
	rows, err := b.store.HistoryFrom(b.t.Context(), 0, 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	var all []string
	for _, row := range rows {
		all = append(all, row.ActorName+" at "+row.Address+": "+row.Summary)
	}
	return all
}

func TestAWholeFetchIsOneReceiptThatCounts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s, "emea")
		file := b.place(1, 30, "calls/a.wav")[0]
		begun := clock.Real.Now()
		b.Observe(b.get("calls/a.wav", 0, 100, begun))
		b.write()
		rows := b.receipts(file)
		if len(rows) != 1 {
			t.Fatalf("%d receipts", len(rows))
		}
		last := begun.Add(time.Second)
		want := models.Download{
			ID: rows[0].ID, UnitID: b.unit.ID, PlacementID: file.ID, Via: models.ViaClient, At: begun, LastAt: &last,
			By: partner, AccessKeyID: partner, Address: "192.0.2.7", Requests: 1, Bytes: 100, Complete: true,
		}
		if diff := cmp.Diff(want, rows[0]); diff != "" {
			t.Error(diff)
		}
		if n := b.downloads(file); n != 1 {
			t.Errorf("%d downloads are counted", n)
		}
		b.write() // nothing is new
		want2 := []string{partner + " at 192.0.2.7: Downloaded calls/a.wav with an S3 client"}
		if diff := cmp.Diff(want2, b.summaries()); diff != "" {
			t.Error(diff)
		}
		if _, err := history.Verify(t.Context(), s); err != nil {
			t.Error(err)
		}
	})
}

func TestRangesOfOneClientAreOneReceiptThatCountsWhenWhole(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s, "emea")
		file := b.place(1, 30, "a.wav")[0]
		begun := clock.Real.Now()
		b.Observe(b.get("a.wav", 50, 50, begun))
		b.Observe(b.get("a.wav", 50, 10, begun)) // a piece once more
		b.write()
		if rows := b.receipts(file); len(rows) != 1 || rows[0].Complete || rows[0].Requests != 2 || b.downloads(file) != 0 {
			t.Errorf("a half: %+v, %d downloads", rows, b.downloads(file))
		}
		b.Observe(b.get("a.wav", 0, 50, begun.Add(9*time.Minute)))
		b.write()
		rows := b.receipts(file)
		if len(rows) != 1 || !rows[0].Complete || rows[0].Requests != 3 || rows[0].Bytes != 110 || b.downloads(file) != 1 {
			t.Errorf("the whole: %+v, %d downloads", rows, b.downloads(file))
		}
		b.Observe(b.get("a.wav", 0, 100, begun.Add(30*time.Minute))) // after a rest: another download
		other := b.get("a.wav", 0, 100, begun)
		other.Address = "192.0.2.8"
		b.Observe(other)
		b.write()
		if n := len(b.receipts(file)); n != 3 || b.downloads(file) != 3 {
			t.Errorf("%d receipts, %d downloads", n, b.downloads(file))
		}
	})
}

func TestManyFilesOfOneClientAreOneLineOfHistory(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t), "emea")
	keys := make([]string, 700) // more than one transaction
	for i := range keys {
		keys[i] = fmt.Sprintf("dir/%04d.wav", i)
	}
	files := b.place(1, 30, keys...)
	for i, key := range keys {
		sent := int64(100)
		if i == 3 {
			sent = 7 // the client hung up
		}
		b.Observe(b.get(key, 0, sent, clock.Real.Now()))
	}
	b.write()
	if b.downloads(files[3]) != 0 || b.downloads(files[699]) != 1 || b.receipts(files[3])[0].Bytes != 7 {
		t.Error("the one that broke off does not count, the others do")
	}
	want := []string{
		partner + " at 192.0.2.7: Downloaded 499 files and parts of 1 file with an S3 client",
		partner + " at 192.0.2.7: Downloaded 200 files with an S3 client",
	}
	if diff := cmp.Diff(want, b.summaries()); diff != "" {
		t.Error(diff)
	}
}

func TestAFileThatIsDeletedAtOnceHasItsReceipt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s, "emea")
		file := b.place(1, 30, "a.wav")[0]
		b.Observe(b.get("a.wav", 0, 100, clock.Real.Now()))
		now := clock.Real.Now()
		like := models.Placement{UnitID: b.unit.ID, RemovedAt: &now, RemoveReason: models.RemovedByClient, RemovedBy: partner}
		if _, err := s.MarkRemoved(t.Context(), []int64{file.ID}, models.PlacementPlaced, like); err != nil {
			t.Fatal(err)
		}
		b.write()
		if n := len(b.receipts(file)); n != 1 || b.downloads(file) != 1 {
			t.Errorf("%d receipts", n)
		}
	})
}

func TestWhatIsNoFileOfAUnitLeavesNoTrace(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t), "emea")
	b.place(1, 30, "a.wav")
	for _, key := range []string{"emea/unknown.wav", "apac/a.wav", "emea", "a.wav", "emea/sub/a.wav"} {
		f := b.get("", 0, 100, clock.Real.Now())
		f.Key = key
		b.Observe(f)
	}
	elsewhere := b.get("a.wav", 0, 100, clock.Real.Now())
	elsewhere.Bucket = "active"
	b.Observe(elsewhere)
	b.write()
	if all := b.summaries(); len(all) != 0 {
		t.Errorf("%v", all)
	}
}

func TestAPresignedURLCompletesTheReceiptItWasGivenOutWith(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s, "emea")
		file := b.place(1, 30, "a.wav")[0]
		given := models.Download{
			UnitID: b.unit.ID, PlacementID: file.ID, Via: models.ViaPortal, At: clock.Real.Now(), By: "Ada", Counterfoil: "COUNTERFOIL",
		}
		if err := s.RecordDownload(t.Context(), given, false); err != nil {
			t.Fatal(err)
		}
		for _, counted := range []int64{0, 1} { // the browser broke off and went on
			if got := b.downloads(file); got != counted {
				t.Errorf("%d downloads, want %d", got, counted)
			}
			f := b.get("a.wav", 0, 50, clock.Real.Now())
			f.AccessKeyID, f.Counterfoil = "AKIAOPERATOR", "COUNTERFOIL"
			b.Observe(f)
			b.write()
			f.From = 50
			b.Observe(f)
			b.write()
			b.Service = receipt.New(s, clock.Real, slog.New(slog.DiscardHandler)) // the portal was restarted
		}
		rows := b.receipts(file)
		if len(rows) != 1 || rows[0].Requests != 4 || rows[0].Bytes != 200 || !rows[0].Complete || rows[0].By != "Ada" || b.downloads(file) != 1 {
			t.Errorf("%+v, %d downloads", rows, b.downloads(file))
		}
	})
}

func TestAURLForScriptsHasAReceiptForEachThatFollowsIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t), "emea")
	file := b.place(1, 30, "a.wav")[0]
	for _, address := range []string{"192.0.2.7", "192.0.2.8"} {
		f := b.get("a.wav", 0, 100, clock.Real.Now())
		f.AccessKeyID, f.Counterfoil, f.Address = "AKIAOPERATOR", "SCRIPT", address
		b.Observe(f)
		b.write()
	}
	rows := b.receipts(file)
	if len(rows) != 2 || rows[0].Via != models.ViaURL || rows[0].AccessKeyID != "" || rows[0].By != "presigned URL" || b.downloads(file) != 2 {
		t.Errorf("%+v", rows)
	}
	if got := b.summaries()[1]; got != "presigned URL at 192.0.2.8: Downloaded a.wav with a presigned URL" {
		t.Error(got)
	}
}

func TestWhatCannotBeWrittenIsWrittenLater(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	b := newBench(t, s, "emea")
	file := b.place(1, 30, "a.wav")[0]
	db, err := s.SQL()
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"ALTER TABLE downloads RENAME TO away", "ALTER TABLE away RENAME TO downloads"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		b.Observe(b.get("a.wav", 0, 100, clock.Real.Now()))
		err := b.Write(t.Context())
		if broken := statement[12] == 'd'; (err != nil) != broken {
			t.Fatalf("after %q: %v", statement, err)
		}
	}
	if rows := b.receipts(file); len(rows) != 1 || rows[0].Requests != 2 || b.downloads(file) != 1 {
		t.Errorf("%+v", rows)
	}
}

func TestReceiptsArePagedWithoutLoss(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t), "emea")
	file := b.place(1, 30, "a.wav")[0]
	for i := range 2*receipt.PageSize + 7 {
		f := b.get("a.wav", 0, 100, clock.Real.Now())
		f.Address = fmt.Sprintf("192.0.2.%d", i)
		b.Observe(f)
	}
	b.write()
	seen, after, pages := map[int64]bool{}, int64(0), 0
	for {
		page, err := b.Of(t.Context(), b.unit, file.ID, after, 0)
		if err != nil || page.Newer != (after != 0) {
			t.Fatalf("%v, newer %t", err, page.Newer)
		}
		for _, row := range page.Rows {
			seen[row.ID] = true
		}
		if pages++; !page.Older {
			back, err := b.Of(t.Context(), b.unit, file.ID, 0, page.Rows[0].ID)
			if err != nil || len(back.Rows) != receipt.PageSize || !back.Older || !back.Newer {
				t.Errorf("back: %d rows, %v", len(back.Rows), err)
			}
			break
		}
		after = page.Rows[len(page.Rows)-1].ID
	}
	if len(seen) != 2*receipt.PageSize+7 || pages != 3 {
		t.Errorf("%d receipts on %d pages", len(seen), pages)
	}
	other := newBench(t, b.store, "apac")
	if page, err := other.Of(t.Context(), other.unit, file.ID, 0, 0); err != nil || len(page.Rows) != 0 {
		t.Errorf("another unit sees %d, %v", len(page.Rows), err)
	}
}
