package lifecycle_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"seaportal/internal/rule"
	"seaportal/models"
)

func TestRefusalsFailThePlacementAndRetryPlacesIt(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("bad.wav", "bad", nil)
	b.put("good.wav", "good", nil)
	b.rule("copies", rule.Copy, nil)
	refusing := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if isCopy(r) && strings.HasSuffix(r.URL.Path, "bad.wav") {
			return refuse(r, http.StatusForbidden, "AccessDenied"), nil
		}
		return nil, nil
	}}))
	if report := b.run(refusing); report.Placed != 1 || report.Failed != 1 {
		t.Fatalf("report %+v", report)
	}
	failed := b.only("bad.wav")
	if failed.State != models.PlacementFailed || !strings.Contains(failed.LastError, "AccessDenied: as told") {
		t.Errorf("%s because %q", failed.State, failed.LastError)
	}
	e := b.engine(0, nil)
	if report := b.run(e); report.Placed != 0 {
		t.Errorf("a failed placement was tried without being asked for: %+v", report)
	}
	if err := e.Retry(t.Context(), models.System, b.unit, []int64{failed.ID}); err != nil {
		t.Fatal(err)
	}
	if err := e.RunPending(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := b.only("bad.wav"); p.State != models.PlacementPlaced || p.LastError != "" || p.ContentType != "audio/wav" {
		t.Errorf("%+v", p)
	}
}

func TestSlowDownWaitsAndThenSucceeds(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("copies", rule.Copy, nil)
	slow := wire{before: func(r *http.Request) (*http.Response, error) {
		if isCopy(r) {
			return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
		}
		return nil, nil
	}}
	if report := b.run(b.engine(0, through(slow))); report.Waiting != 1 {
		t.Fatalf("report %+v", report)
	}
	p := b.only("a.wav")
	if p.State != models.PlacementQueued || p.Attempts != 1 || p.NextAttemptAt == nil || !strings.Contains(p.LastError, "SlowDown") {
		t.Errorf("%+v", p)
	}
	for i := 1; i < 12; i++ { // each further refusal counts; the twelfth is the last
		b.run(b.engine(time.Duration(i)*time.Hour, through(slow)))
	}
	if p := b.only("a.wav"); p.State != models.PlacementFailed || p.Attempts != 12 {
		t.Errorf("%s after %d attempts", p.State, p.Attempts)
	}
}

// stopAtCopy has a run end at the nth copy, as when the portal is told to stop.
func (b *bench) stopAtCopy(n int64) {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	var copies atomic.Int64
	_, _ = b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if isCopy(r) && copies.Add(1) >= n {
			stop()
			return nil, context.Canceled
		}
		return nil, nil
	}})).RunUnit(ctx, b.unit.ID)
}

// exec changes the database behind everybody's back.
func (b *bench) exec(query string) {
	b.Helper()
	db, err := b.store.SQL()
	if err == nil {
		_, err = db.ExecContext(b.Context(), query)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// TestAStopLeavesWhatWasNotAskedForToTheNextRun has what was answered on record, and
// the next run begin at once.
func TestAStopLeavesWhatWasNotAskedForToTheNextRun(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	const files, inFlight = 40, 4
	for i := range files {
		b.put(fmt.Sprintf("%03d.wav", i), content(i), nil)
	}
	b.rule("copies", rule.Copy, nil)
	const stopAt = 20
	b.stopAtCopy(stopAt)
	states := make(map[models.PlacementState]int)
	for _, rows := range b.placements() {
		states[rows[0].State]++
	}
	if states[models.PlacementPlaced] < stopAt-inFlight || states[models.PlacementPlacing] > inFlight {
		t.Errorf("after the stop: %v", states)
	}
	if report := b.run(b.engine(0, nil)); report.Placed != states[models.PlacementQueued] {
		t.Errorf("after %v, at once: %+v", states, report)
	}
	if b.run(b.engine(time.Minute, nil)); len(b.seaKeys()) != files {
		t.Errorf("in the end %d files", len(b.seaKeys()))
	}
}

// TestOutagesUseUpNoTryOfOtherErrors comes back from a long outage to a server
// with a fault of its own.
func TestOutagesUseUpNoTryOfOtherErrors(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("copies", rule.Copy, nil)
	answer := func(status int, code string) wire {
		return wire{before: func(r *http.Request) (*http.Response, error) {
			if isCopy(r) {
				return refuse(r, status, code), nil
			}
			return nil, nil
		}}
	}
	var hour time.Duration
	for _, phase := range []struct {
		server wire
		tries  int
	}{
		{answer(http.StatusServiceUnavailable, "SlowDown"), 11},
		{answer(http.StatusConflict, "OperationAborted"), 4},
	} {
		for range phase.tries {
			b.run(b.engine(hour, through(phase.server)))
			hour += time.Hour
		}
		if p := b.only("a.wav"); p.State != models.PlacementQueued || p.Outages != 11 {
			t.Errorf("%s after %d attempts and %d outages: %s", p.State, p.Attempts, p.Outages, p.LastError)
		}
	}
	b.run(b.engine(hour, through(answer(http.StatusConflict, "OperationAborted"))))
	if p := b.only("a.wav"); p.State != models.PlacementFailed || p.Attempts != 16 {
		t.Errorf("%s after %d attempts: %s", p.State, p.Attempts, p.LastError)
	}
}

func TestAnOutageSparesTheBacklog(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	const files, most = 100, 12 // twice the four in flight, and those under way when that is reached
	spread(files, 8, func(i int) { b.put(fmt.Sprintf("%03d.wav", i), content(i), nil) })
	b.rule("copies", rule.Copy, nil)
	var asked atomic.Int64
	away := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if isCopy(r) {
			asked.Add(1)
			return refuse(r, http.StatusInsufficientStorage, "InsufficientStorage"), nil
		}
		return nil, nil
	}}))
	if report := b.run(away); report.Waiting != files || report.Failed != 0 || asked.Load() > most {
		t.Errorf("while S3 is full: %+v, asked %d times", report, asked.Load())
	}
	tried := 0
	for _, rows := range b.placements() {
		tried += rows[0].Attempts
	}
	if tried > most {
		t.Errorf("%d attempts were counted", tried)
	}
	if report := b.run(b.engine(time.Hour, nil)); report.Placed != files {
		t.Errorf("after it: %+v", report)
	}
}

// TestAnOutageSparesWhatWasUnderWay lets S3 be away when what a dead process had
// begun is to be looked for.
func TestAnOutageSparesWhatWasUnderWay(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	const files, most = 40, 12 // twice the four in flight, and those under way when that is reached
	for i := range files {
		b.put(fmt.Sprintf("%03d.wav", i), content(i), nil)
	}
	b.rule("copies", rule.Copy, nil)
	b.stopAtCopy(1)
	b.exec("UPDATE placements SET state = 'placing', owner = 'dead'") // it was killed
	var asked atomic.Int64
	away := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/sea/") {
			asked.Add(1)
			return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
		}
		return nil, nil
	}}))
	if b.run(away); asked.Load() > most || len(b.seaKeys()) != 0 {
		t.Errorf("asked %d times, in SEA %q", asked.Load(), b.seaKeys())
	}
	if b.run(b.engine(time.Hour, nil)); len(b.seaKeys()) != files {
		t.Errorf("after it: %q", b.seaKeys())
	}
}
