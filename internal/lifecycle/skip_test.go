package lifecycle_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/lifecycle"
	"seaportal/internal/rule"
	"seaportal/models"
)

func (b *bench) deletes(key string) {
	b.Helper()
	_, err := b.s3.DeleteObject(b.Context(), &s3.DeleteObjectInput{Bucket: aws.String("active"), Key: aws.String(b.unit.ActivePrefix + key)})
	if err != nil {
		b.Fatal(err)
	}
}

// TestAnObjectThatS3RefusesIsPassedOver has S3 refuse to tell of one object, new
// or changed, and looks at the others, in front of it and behind.
func TestAnObjectThatS3RefusesIsPassedOver(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("b-known.wav", "k", nil)
	b.put("c-leaves.wav", "l", nil)
	b.rule("copies", rule.Copy, nil)
	b.run(b.engine(0, nil))
	b.put("b-known.wav", "changed", nil)
	b.put("b-new.wav", "n", nil)
	b.put("a.wav", "a", nil)
	b.put("d.wav", "d", nil)
	b.deletes("c-leaves.wav")
	e := b.engine(0, refusing(http.MethodHead, "active", "/b-"))
	if err := e.RequestRun(t.Context(), models.System, b.unit); err != nil {
		t.Fatal(err)
	}
	report := b.run(e)
	if want := (lifecycle.Report{Listed: 4, New: 2, Gone: 1, Skipped: 2, Claimed: 2, Placed: 2}); report != want {
		t.Errorf("report %+v, want %+v", report, want)
	}
	unit, err := b.store.UnitByID(t.Context(), b.unit.ID)
	if err != nil || unit.ScanSkipped != 2 || unit.ScanError != "b-known.wav: S3 answered AccessDenied: as told" {
		t.Errorf("%d passed over: %q, %v", unit.ScanSkipped, unit.ScanError, err)
	}
	if unit.ScannedAt == nil || unit.ScanDone != unit.ScanWanted {
		t.Errorf("the scan does not count: %+v", unit)
	}
	known, err := b.store.CurrentFilesByKey(t.Context(), b.unit.ID, []string{"b-known.wav"})
	if err != nil || len(known) != 1 || known[0].Size != 1 {
		t.Errorf("what was known is %+v, %v", known, err)
	}
	if report := b.run(b.engine(0, nil)); report.New != 2 || report.Skipped != 0 || report.Placed != 2 {
		t.Errorf("once S3 tells: %+v", report)
	}
	if unit, err = b.store.UnitByID(t.Context(), b.unit.ID); err != nil || unit.ScanSkipped != 0 || unit.ScanError != "" {
		t.Errorf("%d passed over: %q, %v", unit.ScanSkipped, unit.ScanError, err)
	}
}

// TestAnObjectThatS3RefusesIsNotGone has S3 leave a file out of a listing, and
// refuse to confirm that it is gone.
func TestAnObjectThatS3RefusesIsNotGone(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav", "b.wav")
	b.deletes("a.wav")
	b.deletes("b.wav")
	if report := b.run(b.engine(0, refusing(http.MethodHead, "active", "/a.wav"))); report.Gone != 1 || report.Skipped != 1 {
		t.Errorf("report %+v", report)
	}
	if left, err := b.store.Catalogue(t.Context(), b.unit.ID, "", 10); err != nil || len(left) != 1 || left[0].Key != "a.wav" {
		t.Errorf("in the catalogue: %+v, %v", left, err)
	}
}

// TestAScanEndsWhereS3IsAway tells what is one object's from what is all of S3's.
func TestAScanEndsWhereS3IsAway(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	b.put("b.wav", "b", nil)
	away := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodHead {
			return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
		}
		return nil, nil
	}}))
	if _, err := away.RunUnit(t.Context(), b.unit.ID); err == nil {
		t.Error("the scan went through")
	}
	unit, err := b.store.UnitByID(t.Context(), b.unit.ID)
	if err != nil || !strings.HasPrefix(unit.ScanError, "S3 answered SlowDown") || unit.ScanSkipped != 0 {
		t.Errorf("%d passed over: %q, %v", unit.ScanSkipped, unit.ScanError, err)
	}
}

// TestAFailureOfTheDatabaseIsNotCalledS3s has a database that keeps no files.
func TestAFailureOfTheDatabaseIsNotCalledS3s(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.exec("CREATE TRIGGER full BEFORE INSERT ON files BEGIN SELECT RAISE(ABORT, 'full'); END")
	if _, err := b.engine(0, nil).RunUnit(t.Context(), b.unit.ID); err == nil {
		t.Error("the scan went through")
	}
	unit, err := b.store.UnitByID(t.Context(), b.unit.ID)
	if err != nil || strings.Contains(unit.ScanError, "S3") || !strings.Contains(unit.ScanError, "log says why") {
		t.Errorf("the page says %q, %v", unit.ScanError, err)
	}
}
