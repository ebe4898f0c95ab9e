package lifecycle_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seaportal/internal/fault"
	"seaportal/internal/lifecycle"
	"seaportal/internal/objects"
	"seaportal/internal/rule"
	"seaportal/models"
)

const month = 30 * 24 * time.Hour

func placedBench(t *testing.T, keys ...string) *bench {
	t.Helper()
	b := sqliteBench(t)
	for i, key := range keys {
		b.put(key, content(i), nil)
	}
	b.rule("copies", rule.Copy, nil)
	b.run(b.engine(0, nil))
	return b
}

func TestAFileExpiresAfterThirtyDaysAndNotBefore(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	if err := b.engine(month-time.Minute, nil).ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, there := b.sea("a.wav"); !there {
		t.Fatal("gone a minute early")
	}
	if err := b.engine(month, nil).ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, there := b.sea("a.wav"); there {
		t.Error("still there after its time")
	}
	if p := b.only("a.wav"); p.State != models.PlacementRemoved || p.RemoveReason != models.RemovedExpired || p.RemovedAt == nil {
		t.Errorf("%+v", p)
	}
	b.verifyHistory()
}

func TestARemovalThatS3DidNotDoIsDoneLater(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	refusing := b.engine(month, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete {
			return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
		}
		return nil, nil
	}}))
	if err := refusing.ExpireDue(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
	if p := b.only("a.wav"); p.State != models.PlacementRemoving {
		t.Errorf("%s", p.State)
	}
	if err := b.engine(month, nil).Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := b.only("a.wav"); p.State != models.PlacementRemoved || p.RemoveReason != models.RemovedExpired {
		t.Errorf("%s, %s", p.State, p.RemoveReason)
	}
}

func TestDeleteByHandKnowsOnlyItsOwnUnit(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	other := newBench(t, b.store)
	id := b.only("a.wav").ID
	e := b.engine(0, nil)
	if err := e.Delete(t.Context(), models.System, other.unit, []int64{id}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another unit's: %v", err)
	}
	if err := e.Delete(t.Context(), models.System, b.unit, nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("nothing selected: %v", err)
	}
	for range 2 { // a second click does no harm
		if err := e.Delete(t.Context(), models.Actor{Kind: models.ActorUser, Name: "Ann", Address: "192.0.2.3"}, b.unit, []int64{id, id}); err != nil {
			t.Fatal(err)
		}
	}
	if p := b.only("a.wav"); p.RemoveReason != models.RemovedByAdmin || p.RemovedBy != "Ann" || p.RemovedFrom != "192.0.2.3" {
		t.Errorf("%+v", p)
	}
}

func (b *bench) partnerDeletes(key string) {
	b.Helper()
	_, err := b.s3.DeleteObject(b.Context(), &s3.DeleteObjectInput{Bucket: aws.String("sea"), Key: aws.String(*b.unit.SEAPrefix + key)})
	if err != nil {
		b.Fatal(err)
	}
}

func TestThePartnersDeletionIsNoticed(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav", "b.wav")
	b.partnerDeletes("b.wav")
	e := b.engine(0, nil)
	if err := e.ReconcileAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := b.only("b.wav"); p.RemoveReason != models.RemovedByClient {
		t.Errorf("by reconciliation: %s, %s", p.State, p.RemoveReason)
	}
	b.listen(e)
	b.partnerDeletes("a.wav")
	b.wait("the event of the deletion", func() bool { return b.only("a.wav").State == models.PlacementRemoved })
	if p := b.only("a.wav"); p.RemoveReason != models.RemovedByClient || p.RemovedBy != rootKey {
		t.Errorf("by event: %s by %s", p.RemoveReason, p.RemovedBy)
	}
	b.verifyHistory()
}

// TestReconciliationGoesOnWithoutTheRightsToTidyUp lacks those to list uploads in
// parts, and to write or look at the folder marker.
func TestReconciliationGoesOnWithoutTheRightsToTidyUp(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	b.partnerDeletes("a.wav")
	e := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if r.URL.Query().Has("uploads") || r.Method == http.MethodHead && strings.HasSuffix(r.URL.Path, "/") {
			return refuse(r, http.StatusForbidden, "AccessDenied"), nil
		}
		return nil, nil
	}}))
	if err := e.ReconcileAll(t.Context()); objects.ReasonOf(err) != objects.Denied || strings.Count(err.Error(), "AccessDenied") != 2 {
		t.Errorf("it says %v", err)
	}
	if p := b.only("a.wav"); p.RemoveReason != models.RemovedByClient {
		t.Errorf("%s, %s", p.State, p.RemoveReason)
	}
}

// TestThePartnersBatchIsRecordedWithKeyAndAddress deletes more files by one
// request than one round takes.
func TestThePartnersBatchIsRecordedWithKeyAndAddress(t *testing.T) {
	t.Parallel()
	var keys []string
	for i := range 300 {
		keys = append(keys, fmt.Sprintf("%03d.wav", i))
	}
	b := placedBench(t, keys...)
	b.listen(b.engine(0, nil))
	var chosen []types.ObjectIdentifier
	for _, key := range keys {
		chosen = append(chosen, types.ObjectIdentifier{Key: aws.String(*b.unit.SEAPrefix + key)})
	}
	if _, err := b.s3.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: aws.String("sea"), Delete: &types.Delete{Objects: chosen}}); err != nil {
		t.Fatal(err)
	}
	b.wait("every deletion to be recorded", func() bool {
		left, err := b.store.InState(t.Context(), b.unit.ID, models.PlacementPlaced, 0, 1)
		return err == nil && len(left) == 0
	})
	for _, key := range []string{keys[0], keys[299]} {
		if p := b.only(key); p.RemoveReason != models.RemovedByClient || p.RemovedBy != rootKey || p.RemovedFrom != "127.0.0.1" {
			t.Errorf("%s: %s by %s from %s", key, p.RemoveReason, p.RemovedBy, p.RemovedFrom)
		}
	}
	b.verifyHistory()
}

func TestReconciliationLeavesWhatStands(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	broken := b.engine(time.Hour, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if r.URL.Query().Get("list-type") == "2" {
			return nil, errors.New("no route")
		}
		return nil, nil
	}}))
	if err := broken.ReconcileAll(t.Context()); err == nil {
		t.Error("reconciled without a listing")
	}
	if err := b.engine(time.Hour, nil).ReconcileAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := b.only("a.wav"); p.State != models.PlacementPlaced {
		t.Errorf("%s", p.State)
	}
}

func TestWritesAreNoticedAndPlacedAtOnce(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.rule("moves", rule.Move, nil)
	b.listen(b.engine(0, nil))
	for _, key := range []string{"a.wav", "odd\x01key.wav", "dir/c.wav"} {
		b.put(key, "x", nil)
	}
	b.wait("all three placed and taken", func() bool {
		placed := 0
		for _, rows := range b.placements() {
			if rows[0].SourceState == models.SourceDeleted {
				placed++
			}
		}
		return placed == 3
	})
}

func TestAWishIsAnsweredByARunThatBeginsAfterIt(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.rule("copies", rule.Copy, nil)
	listed, goOn := make(chan struct{}), make(chan struct{})
	slow := b.engine(0, through(wire{after: func(r *http.Request, _ *http.Response) error {
		if r.URL.Query().Get("list-type") == "2" {
			listed <- struct{}{}
			<-goOn
		}
		return nil
	}}))
	done := make(chan error, 1)
	go func() {
		_, err := slow.RunUnit(t.Context(), b.unit.ID)
		done <- err
	}()
	<-listed
	b.put("late.wav", "late", nil) // the listing under way does not know it
	e := b.engine(0, nil)
	if err := e.RequestRun(t.Context(), models.System, b.unit); err != nil {
		t.Fatal(err)
	}
	close(goOn)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(b.placements()) != 0 {
		t.Fatal("the first run placed what it cannot have listed")
	}
	if err := e.RunPending(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := b.only("late.wav"); p.State != models.PlacementPlaced {
		t.Errorf("%s", p.State)
	}
	if err := e.RunPending(t.Context()); err != nil {
		t.Fatal(err)
	}
	if units, err := b.store.UnansweredRuns(t.Context()); err != nil || len(units) != 0 {
		t.Errorf("%d wishes open, %v", len(units), err)
	}
}

func TestFilesPageBackAndForthLosesNothing(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	const files = 2*lifecycle.PageSize + 7
	for i := range files {
		b.put(content(i)+".wav", "x", nil)
	}
	b.rule("copies", rule.Copy, nil)
	e := b.engine(0, nil)
	b.run(e)
	var seen []int64
	query := lifecycle.FilesQuery{Search: "CONTENT of"}
	for {
		page, err := e.Files(t.Context(), b.unit, query)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Rows {
			seen = append(seen, row.ID)
		}
		if !page.Older {
			break
		}
		query.After = seen[len(seen)-1]
	}
	if len(seen) != files {
		t.Errorf("saw %d of %d", len(seen), files)
	}
	back, err := e.Files(t.Context(), b.unit, lifecycle.FilesQuery{Before: seen[2*lifecycle.PageSize]})
	if err != nil || len(back.Rows) != lifecycle.PageSize || back.Rows[0].ID != seen[lifecycle.PageSize] || !back.Newer || !back.Older {
		t.Errorf("the page before: %d rows, newer %v, older %v, %v", len(back.Rows), back.Newer, back.Older, err)
	}
	for status, want := range map[string]int{"any": lifecycle.PageSize, "placed": lifecycle.PageSize, "removed": 0, "nonsense": 0} {
		page, err := e.Files(t.Context(), b.unit, lifecycle.FilesQuery{Status: status})
		if err != nil || len(page.Rows) != want {
			t.Errorf("status %s: %d rows, %v", status, len(page.Rows), err)
		}
	}
}
