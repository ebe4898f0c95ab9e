package lifecycle_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/lifecycle"
	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// wire stands between the engine and the real server: it sees every request
// and may keep it, or its answer, from arriving.
type wire struct {
	next   http.RoundTripper
	before func(*http.Request) (*http.Response, error)
	after  func(*http.Request, *http.Response) error
}

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.before != nil {
		if answer, err := w.before(r); answer != nil || err != nil {
			return answer, err
		}
	}
	answer, err := w.next.RoundTrip(r)
	if err != nil || w.after == nil {
		return answer, err
	}
	if err := w.after(r, answer); err != nil {
		_ = answer.Body.Close()
		return nil, err
	}
	return answer, nil
}

func through(w wire) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		w.next = next
		return w
	}
}

func isCopy(r *http.Request) bool { return r.Header.Get("X-Amz-Copy-Source") != "" }

func refuse(r *http.Request, status int, code string) *http.Response {
	body := fmt.Sprintf(`<?xml version="1.0"?><Error><Code>%s</Code><Message>as told</Message></Error>`, code)
	return &http.Response{
		StatusCode: status, Request: r, ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(body)),
		Header: http.Header{"Content-Type": {"application/xml"}}, Body: io.NopCloser(bytes.NewReader([]byte(body))),
	}
}

// TestKilledAtAnyRequest ends the engine at each S3 request of a run in turn,
// before it is sent and after it was answered, and lets a new engine go on.
// Every file must then be placed exactly once, with its bytes. -short takes one
// request in three.
func TestKilledAtAnyRequest(t *testing.T) {
	t.Parallel()
	step := int64(1)
	if testing.Short() {
		step = 3
	}
	for _, answered := range []bool{false, true} {
		for request := int64(1); ; request += step {
			name := fmt.Sprintf("before request %d", request)
			if answered {
				name = fmt.Sprintf("after request %d", request)
			}
			var reached bool
			t.Run(name, func(t *testing.T) { reached = killAt(t, request, answered) })
			if !reached || t.Failed() {
				break
			}
		}
	}
}

// killAt tells whether the run came as far as that request.
func killAt(t *testing.T, request int64, answered bool) bool {
	b := sqliteBench(t)
	for i := range 3 {
		b.put(fmt.Sprintf("copy/%d.wav", i), content(i), nil)
		b.put(fmt.Sprintf("move/%d.txt", i), content(i), map[string]string{"media-type": "chat-transcript"})
	}
	b.rule("copies", rule.Copy, nil)
	b.rule("moves", rule.Move, func(d *rule.Definition) { d.MediaType = rule.ChatTranscript })

	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	var count atomic.Int64
	dead := errors.New("killed")
	killed := b.engine(0, through(wire{
		before: func(*http.Request) (*http.Response, error) {
			if n := count.Add(1); n > request || (n == request && !answered) {
				kill()
				return nil, dead
			}
			return nil, nil
		},
		after: func(*http.Request, *http.Response) error {
			if count.Load() >= request {
				kill()
				return dead
			}
			return nil
		},
	}))
	_, err := killed.RunUnit(ctx, b.unit.ID)
	reached := count.Load() >= request
	if reached && err == nil && !answered {
		t.Log("the last request of the run")
	}

	next := b.engine(0, nil)
	if err := next.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.run(next)
	b.run(b.engine(time.Minute, nil)) // what waits for another attempt
	placements := b.placements()
	for i := range 3 {
		copied, moved := fmt.Sprintf("copy/%d.wav", i), fmt.Sprintf("move/%d.txt", i)
		for _, key := range []string{copied, moved} {
			if got, _ := b.sea(key); got != content(i) || len(placements[key]) != 1 || placements[key][0].State != models.PlacementPlaced {
				t.Errorf("%s is %q, placements %+v", key, got, placements[key])
			}
		}
		if got, _ := b.active(copied); got != content(i) {
			t.Errorf("the source of the copy %s is %q", copied, got)
		}
		if _, there := b.active(moved); there {
			t.Errorf("the source of the move %s is still there", moved)
		}
	}
	if keys := b.seaKeys(); len(keys) != 6 {
		t.Errorf("in SEA: %q", keys)
	}
	b.verifyHistory()
	return reached
}

func TestALostAnswerOfACopyIsFoundAgain(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("moves", rule.Move, nil)
	var lost atomic.Bool
	report := b.run(b.engine(0, through(wire{after: func(r *http.Request, _ *http.Response) error {
		if isCopy(r) && lost.CompareAndSwap(false, true) {
			return io.ErrUnexpectedEOF
		}
		return nil
	}})))
	if report.Placed != 1 || !lost.Load() {
		t.Errorf("report %+v, lost %v", report, lost.Load())
	}
	if p := b.only("a.wav"); p.VerifiedBy != "content" || p.SourceState != models.SourceDeleted {
		t.Errorf("verified by %s, source %s", p.VerifiedBy, p.SourceState)
	}
	if keys := b.seaKeys(); len(keys) != 1 {
		t.Errorf("in SEA: %q", keys)
	}
}

func TestACopyThatWasDoneAndRefusedIsOursAllTheSame(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("moves", rule.Move, nil)
	b.run(b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if !isCopy(r) {
			return nil, nil
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		return refuse(r, http.StatusNotFound, "NoSuchKey"), answer.Body.Close()
	}})))
	if p := b.only("a.wav"); p.State != models.PlacementPlaced || p.VerifiedBy != "content" || p.SourceState != models.SourceDeleted {
		t.Errorf("%s, verified by %s, source %s: %s", p.State, p.VerifiedBy, p.SourceState, p.LastError)
	}
}

func TestTheLastCopyIsKeptWhenItCannotBeRead(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("copies", rule.Copy, nil)
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	killed := b.engine(0, through(wire{after: func(r *http.Request, _ *http.Response) error {
		if isCopy(r) { // copied, but the answer and the process are lost
			kill()
			return io.ErrUnexpectedEOF
		}
		return nil
	}}))
	_, _ = killed.RunUnit(ctx, b.unit.ID) // it was killed
	if _, err := b.s3.DeleteObject(t.Context(), &s3.DeleteObjectInput{
		Bucket: aws.String("active"), Key: aws.String(b.unit.ActivePrefix + "a.wav"),
	}); err != nil {
		t.Fatal(err)
	}
	unreadable := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "a.wav") {
			return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
		}
		return nil, nil
	}}))
	if err := unreadable.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.sea("a.wav"); got != "a" {
		t.Fatalf("the last copy is %q", got)
	}
	if err := b.engine(time.Minute, nil).Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := b.only("a.wav"); p.State != models.PlacementPlaced || p.VerifiedBy != "reading" {
		t.Errorf("%s, verified by %s", p.State, p.VerifiedBy)
	}
}

func TestASourceThatChangesDuringItsMoveStays(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "old", nil)
	b.rule("moves", rule.Move, nil)
	var once atomic.Bool
	b.run(b.engine(0, through(wire{after: func(r *http.Request, _ *http.Response) error {
		if isCopy(r) && once.CompareAndSwap(false, true) {
			b.put("a.wav", "new", nil)
		}
		return nil
	}})))
	first := b.placements()["a.wav"][0]
	if first.SourceState != models.SourceChanged {
		t.Errorf("source %s", first.SourceState)
	}
	if got, _ := b.sea("a.wav"); got != "old" {
		t.Errorf("in SEA %q", got)
	}
	if got, _ := b.active("a.wav"); got != "new" {
		t.Errorf("in active storage %q", got)
	}
}

func TestASourceThatVanishesBeforeItsCopyIsNoMystery(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("moves", rule.Move, nil)
	var once atomic.Bool
	b.run(b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if isCopy(r) && once.CompareAndSwap(false, true) {
			_, err := b.s3.DeleteObject(r.Context(), &s3.DeleteObjectInput{
				Bucket: aws.String("active"), Key: aws.String(b.unit.ActivePrefix + "a.wav"),
			})
			return nil, err
		}
		return nil, nil
	}})))
	if p := b.only("a.wav"); p.State != models.PlacementFailed || p.SourceState != models.SourceGone {
		t.Errorf("%s, source %s, %q", p.State, p.SourceState, p.LastError)
	}
}

func TestABrokenListingMarksNothingAsGone(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("keeps", rule.Keep, nil)
	b.run(b.engine(0, nil))
	broken := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if r.URL.Query().Get("list-type") == "2" {
			return refuse(r, http.StatusInternalServerError, "InternalError"), nil
		}
		return nil, nil
	}}))
	if _, err := broken.RunUnit(t.Context(), b.unit.ID); err == nil {
		t.Error("a scan without a listing succeeded")
	}
	files, err := b.store.Catalogue(t.Context(), b.unit.ID, "", 10)
	if err != nil || len(files) != 1 {
		t.Errorf("%d files, %v", len(files), err)
	}
	unit, err := b.store.UnitByID(t.Context(), b.unit.ID)
	if err != nil || !strings.Contains(unit.ScanError, "InternalError") {
		t.Errorf("the page would say %q, %v", unit.ScanError, err)
	}
}

// TestWhatAnotherProcessDecidedKeepsItsSource lets one take a move over from a
// process that is thought dead, after the rule was edited to copy.
func TestWhatAnotherProcessDecidedKeepsItsSource(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	made := b.rule("moves", rule.Move, nil)
	var once atomic.Bool
	slow := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if !isCopy(r) || !once.CompareAndSwap(false, true) {
			return nil, nil
		}
		edited := made.Definition
		edited.Action = rule.Copy
		if _, err := b.rules.Update(t.Context(), models.System, b.unit, made.ID, made.LockVersion, edited); err != nil {
			return nil, err
		}
		return nil, errors.Join(b.engine(0, nil).Resume(t.Context()), b.engine(time.Minute, nil).Resume(t.Context()))
	}}))
	if report := b.run(slow); report.Placed != 0 || report.Failed != 0 {
		t.Errorf("the slow one reports %+v", report)
	}
	if p := b.only("a.wav"); p.State != models.PlacementPlaced || p.Action != string(rule.Copy) || p.SourceState != models.SourceKept {
		t.Errorf("%s by a %s, source %s", p.State, p.Action, p.SourceState)
	}
	if _, there := b.active("a.wav"); !there {
		t.Error("the source of a copy was deleted")
	}
	b.verifyHistory()
}

func TestTwoProcessesShareAUnitWithoutPlacingTwice(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		const files = 60
		for i := range files {
			b.put(fmt.Sprintf("%03d.wav", i), content(i), nil)
		}
		b.rule("moves", rule.Move, nil)
		engines := []*lifecycle.Engine{b.engine(0, nil), b.engine(0, nil)}
		errs := make(chan error, len(engines))
		for _, e := range engines {
			go func() {
				_, err := e.RunUnit(t.Context(), b.unit.ID)
				errs <- err
			}()
		}
		for range engines {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if keys := b.seaKeys(); len(keys) != files {
			t.Errorf("%d in SEA, want %d", len(keys), files)
		}
		b.verifyHistory()
	})
}
