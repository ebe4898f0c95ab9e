package lifecycle_test

import (
	"net/http"
	"strings"
	"testing"

	"seaportal/internal/fault"
	"seaportal/internal/rule"
	"seaportal/models"
)

// refusing answers a method on some keys below one of the buckets with 403.
func refusing(method, bucket, part string) func(http.RoundTripper) http.RoundTripper {
	return through(wire{before: func(r *http.Request) (*http.Response, error) {
		if r.Method == method && strings.HasPrefix(r.URL.Path, "/"+bucket+"/") && strings.Contains(r.URL.Path, part) {
			return refuse(r, http.StatusForbidden, "AccessDenied"), nil
		}
		return nil, nil
	}})
}

// TestARemovalThatS3RefusesStopsNothingElse locks one placed file, and looks at
// what the runs after it do: other removals, the source of a move, what is new.
func TestARemovalThatS3RefusesStopsNothingElse(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "locked.wav", "other.wav")
	via := refusing(http.MethodDelete, "sea", "locked")
	ids := []int64{b.only("locked.wav").ID, b.only("other.wav").ID}
	e := b.engine(0, via)
	if err := e.Delete(t.Context(), models.System, b.unit, ids); !fault.Is(err, fault.Unavailable) {
		t.Errorf("the deletion: %v", err)
	}
	b.rule("moves", rule.Move, func(d *rule.Definition) { d.MediaType = rule.ChatTranscript })
	b.put("moved.txt", "m", map[string]string{"media-type": "chat-transcript"})
	b.run(b.engine(0, func(next http.RoundTripper) http.RoundTripper {
		return via(refusing(http.MethodDelete, "active", "moved")(next))
	}))
	if p := b.only("moved.txt"); p.State != models.PlacementPlaced || p.SourceState != models.SourceDeleting {
		t.Fatalf("the move is %s, its source %s", p.State, p.SourceState)
	}
	b.put("new.wav", "n", nil)
	if err := e.RequestRun(t.Context(), models.System, b.unit); err != nil {
		t.Fatal(err)
	}
	if err := b.engine(0, via).RunPending(t.Context()); err != nil {
		t.Errorf("the run: %v", err)
	}
	if open, err := b.store.UnansweredRuns(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("%d wishes are open, %v", len(open), err)
	}
	if p := b.only("new.wav"); p.State != models.PlacementPlaced {
		t.Errorf("what is new is %s", p.State)
	}
	if p := b.only("moved.txt"); p.SourceState != models.SourceDeleted {
		t.Errorf("the source of the move is %s", p.SourceState)
	}
	if p := b.only("other.wav"); p.State != models.PlacementRemoved {
		t.Errorf("the other file is %s", p.State)
	}
	if p := b.only("locked.wav"); p.State != models.PlacementRemoving || p.LastError != "S3 answered AccessDenied: as told." {
		t.Errorf("the locked file is %s because %q", p.State, p.LastError)
	}
	if summary, err := e.Summary(t.Context(), b.unit); err != nil || summary.ByState[models.PlacementRemoving].Refused != 1 {
		t.Errorf("counted %+v, %v", summary.ByState, err)
	}
	b.run(b.engine(0, nil))
	if p := b.only("locked.wav"); p.State != models.PlacementRemoved || p.LastError != "" || p.RemoveReason != models.RemovedByAdmin {
		t.Errorf("unlocked, it is %s: %+v", p.State, p)
	}
	b.verifyHistory()
}

// TestExpiryGoesOnBehindWhatS3Refuses holds more expired files than one round
// takes behind one that cannot be removed.
func TestExpiryGoesOnBehindWhatS3Refuses(t *testing.T) {
	t.Parallel()
	keys := []string{"locked.wav"}
	for i := range 300 {
		keys = append(keys, sharedKey(i))
	}
	b := placedBench(t, keys...)
	if err := b.engine(month, refusing(http.MethodDelete, "sea", "locked")).ExpireDue(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
	if keys := b.seaKeys(); len(keys) != 1 {
		t.Errorf("%d files are left in SEA", len(keys))
	}
}
