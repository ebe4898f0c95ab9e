package lifecycle_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/lifecycle"
	"seaportal/internal/rule"
	"seaportal/models"
)

// wantMissed checks that one placement was missed, and that nothing counts it as
// a failure or tries it again with the others.
func (b *bench) wantMissed(e *lifecycle.Engine, key string, source models.SourceState) {
	b.Helper()
	p := b.only(key)
	if !p.Missed() || p.SourceState != source || p.LastError == "" {
		b.Errorf("%s is %s, source %s, because %q", key, p.State, p.SourceState, p.LastError)
	}
	if failed, err := e.CountFailed(b.Context(), b.unit); err != nil || failed != 0 {
		b.Errorf("%d count as failed, %v", failed, err)
	}
	totals, err := b.store.UnitTotals(b.Context(), time.Now())
	if err != nil || totals[b.unit.ID].Failed != 0 {
		b.Errorf("of the unit %d count as failed, %v", totals[b.unit.ID].Failed, err)
	}
	counts, err := b.store.RuleCounts(b.Context(), b.unit.ID)
	if err != nil || counts[p.RuleID].Failed != 0 {
		b.Errorf("of the rule %d count as failed, %v", counts[p.RuleID].Failed, err)
	}
	if err := e.RetryFailed(b.Context(), models.System, b.unit); err != nil {
		b.Fatal(err)
	}
	for status, want := range map[string]int{"missed": 1, "failed": 0, "queued": 0} {
		page, err := e.Files(b.Context(), b.unit, lifecycle.FilesQuery{Status: status})
		if err != nil || len(page.Rows) != want {
			b.Errorf("%s: %d files, want %d, %v", status, len(page.Rows), want, err)
		}
	}
	b.verifyHistory()
}

func TestASourceThatWentFirstIsMissedAndNoFailure(t *testing.T) {
	t.Parallel()
	for state, meddle := range map[models.SourceState]func(b *bench) error{
		models.SourceGone: func(b *bench) error {
			_, err := b.s3.DeleteObject(b.Context(), &s3.DeleteObjectInput{Bucket: aws.String("active"), Key: aws.String(b.unit.ActivePrefix + "a.wav")})
			return err
		},
		models.SourceChanged: func(b *bench) error {
			b.put("a.wav", "other", nil)
			return nil
		},
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			b := sqliteBench(t)
			b.put("a.wav", "a", nil)
			b.rule("copies", rule.Copy, nil)
			done := false
			e := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
				if isCopy(r) && !done {
					done = true
					return nil, meddle(b)
				}
				return nil, nil
			}}))
			if report := b.run(e); report.Missed != 1 || report.Failed != 0 {
				t.Errorf("report %+v", report)
			}
			b.wantMissed(e, "a.wav", state)
		})
	}
}

func TestWhatADeletedRuleHadQueuedIsMissed(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	r := b.rule("copies", rule.Copy, nil)
	refusing := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if isCopy(r) {
			return refuse(r, http.StatusForbidden, "AccessDenied"), nil
		}
		return nil, nil
	}}))
	b.run(refusing)
	e := b.engine(0, nil)
	if _, err := b.rules.Delete(t.Context(), models.System, b.unit, r.ID); err != nil {
		t.Fatal(err)
	}
	if err := e.Retry(t.Context(), models.System, b.unit, []int64{b.only("a.wav").ID}); err != nil {
		t.Fatal(err)
	}
	if report := b.run(e); report.Missed != 1 || report.Placed != 0 {
		t.Errorf("report %+v", report)
	}
	b.wantMissed(e, "a.wav", models.SourceLeft)
}
