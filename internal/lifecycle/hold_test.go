package lifecycle_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/fault"
	"seaportal/internal/rule"
	"seaportal/models"
)

func TestAHoldStopsExpiryUntilItIsReleased(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav", "b.wav")
	e, later := b.engine(0, nil), b.engine(month+time.Minute, nil)
	held := b.only("a.wav")
	if err := e.Hold(t.Context(), models.System, b.unit, held.ID, "  the court asked for it "); err != nil {
		t.Fatal(err)
	}
	if err := e.Hold(t.Context(), models.System, b.unit, held.ID, "again"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second hold: %v", err)
	}
	hold, err := e.HoldOf(t.Context(), b.only("a.wav"))
	if err != nil || hold == nil || hold.Reason != "the court asked for it" {
		t.Errorf("hold %+v, %v", hold, err)
	}
	if err := e.Delete(t.Context(), models.System, b.unit, []int64{held.ID, b.only("b.wav").ID}); !fault.Is(err, fault.Conflict) {
		t.Errorf("deleting what is on hold: %v", err)
	}
	if err := later.ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if keys := b.seaKeys(); len(keys) != 1 || keys[0] != "a.wav" {
		t.Errorf("left in SEA: %q", keys)
	}
	for _, want := range []fault.Kind{fault.Internal, fault.Conflict} { // released, then nothing to release
		if err := e.Release(t.Context(), models.System, b.unit, held.ID); fault.KindOf(err) != want || (err == nil) == (want == fault.Conflict) {
			t.Errorf("release: %v", err)
		}
	}
	if err := later.ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if keys := b.seaKeys(); len(keys) != 0 {
		t.Errorf("left after the release: %q", keys)
	}
	if err := e.Hold(t.Context(), models.System, b.unit, held.ID, "too late"); !fault.Is(err, fault.Conflict) {
		t.Errorf("hold of what is removed: %v", err)
	}
	b.verifyHistory()
}

func TestAHoldNeedsAReasonAndItsOwnUnit(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	e, id := b.engine(0, nil), b.only("a.wav").ID
	for _, reason := range []string{"", "  ", strings.Repeat("é", 501)} {
		if err := e.Hold(t.Context(), models.System, b.unit, id, reason); fault.Fields(err)["reason"] == "" {
			t.Errorf("%.10q: %v", reason, err)
		}
	}
	if err := e.Hold(t.Context(), models.System, newBench(t, b.store).unit, id, "why"); !fault.Is(err, fault.NotFound) {
		t.Errorf("another unit's: %v", err)
	}
}

func TestADailyLimitLetsTheRestWait(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.unit.DailyLimit = 3
	if err := b.store.UpdateSettings(t.Context(), b.unit); err != nil {
		t.Fatal(err)
	}
	const files = 8
	for i := range files {
		b.put(fmt.Sprintf("%d.wav", i), content(i), nil)
	}
	b.rule("copies", rule.Copy, nil)
	for days, want := range []int{3, 6, 8} {
		e := b.engine(time.Duration(days)*24*time.Hour, nil)
		b.run(e)
		b.run(e) // a second run on the same day places nothing more
		if keys := b.seaKeys(); len(keys) != want {
			t.Errorf("on day %d: %d in SEA, want %d", days, len(keys), want)
		}
		backlog, err := e.Backlog(t.Context(), b.unit)
		if err != nil || backlog.Files != int64(files-want) || backlog.Today != int64(want-3*days) {
			t.Errorf("on day %d: backlog %+v, %v", days, backlog, err)
		}
		if days == 0 {
			end := e.Clock.Now().Truncate(24 * time.Hour).Add(48 * time.Hour)
			if backlog.End == nil || !backlog.End.Equal(end) {
				t.Errorf("estimated end %v, want %v", backlog.End, end)
			}
		}
	}
}

func TestStrangersAreReportedUntilTheyAreGone(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	strange := *b.unit.SEAPrefix + "what/is this\n.bin"
	_, err := b.s3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("sea"), Key: &strange, Body: strings.NewReader("?")})
	if err != nil {
		t.Fatal(err)
	}
	e := b.engine(0, nil)
	for range 2 {
		if err := e.ReconcileAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := b.store.Strangers(t.Context(), b.unit.ID, "", 10)
	if err != nil || len(rows) != 1 || rows[0].Key != "what/is this\n.bin" || rows[0].Size != 1 || !rows[0].FirstSeen.Before(rows[0].LastSeen) {
		t.Errorf("strangers %+v, %v", rows, err)
	}
	b.partnerDeletes("what/is this\n.bin")
	if err := e.ReconcileAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := b.store.CountStrangers(t.Context(), b.unit.ID); err != nil || n != 0 {
		t.Errorf("%d strangers, %v", n, err)
	}
	if p := b.only("a.wav"); p.State != models.PlacementPlaced {
		t.Errorf("the file is %s", p.State)
	}
}

func TestTheFolderMarkerComesAndGoesAndIsNoFile(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	e := b.engine(0, nil)
	b.unit.FolderMarker = true
	for range 2 {
		if err := e.KeepMarker(t.Context(), b.unit); err != nil {
			t.Fatal(err)
		}
	}
	if keys := b.seaKeys(); len(keys) != 1 || keys[0] != "" {
		t.Errorf("with a marker: %q", keys)
	}
	b.put("a.wav", "a", nil)
	b.rule("copies", rule.Copy, nil)
	b.run(e)
	if err := b.store.UpdateSettings(t.Context(), b.unit); err != nil {
		t.Fatal(err)
	}
	if err := e.ReconcileAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := b.store.CountStrangers(t.Context(), b.unit.ID); err != nil || n != 0 {
		t.Errorf("the marker is a stranger: %d, %v", n, err)
	}
	if err := b.engine(month, nil).ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if keys := b.seaKeys(); len(keys) != 1 || keys[0] != "" {
		t.Errorf("after the file expired: %q", keys)
	}
	b.unit.FolderMarker = false
	for range 2 {
		if err := e.KeepMarker(t.Context(), b.unit); err != nil {
			t.Fatal(err)
		}
	}
	if keys := b.seaKeys(); len(keys) != 0 {
		t.Errorf("without a marker: %q", keys)
	}
}

// TestAFileThatLeavesDuringReconciliationIsNoStranger deletes a file after it
// was listed.
func TestAFileThatLeavesDuringReconciliationIsNoStranger(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	id := b.only("a.wav").ID
	var once atomic.Bool
	e := b.engine(0, through(wire{after: func(r *http.Request, _ *http.Response) error {
		if r.URL.Query().Get("list-type") == "2" && once.CompareAndSwap(false, true) {
			return b.engine(0, nil).Delete(b.Context(), models.System, b.unit, []int64{id})
		}
		return nil
	}}))
	if err := e.ReconcileAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rows, err := b.store.Strangers(t.Context(), b.unit.ID, "", 10); err != nil || len(rows) != 0 {
		t.Errorf("strangers %+v, %v", rows, err)
	}
}
