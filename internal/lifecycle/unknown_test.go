package lifecycle_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/models"
)

// unknown is a bench with one file, whose copy stands in SEA though its answer
// was lost, and S3 says no more of it until told to.
type unknown struct {
	*bench
	rule rulebook.Rule
	away atomic.Bool
}

// newUnknown places it, through servers that answer less than the real one.
func newUnknown(t *testing.T, action rule.Action, servers ...wire) *unknown {
	t.Helper()
	b := &unknown{bench: sqliteBench(t)}
	b.put("a.wav", "first", nil)
	b.rule = b.bench.rule("places", action, nil)
	via := func(next http.RoundTripper) http.RoundTripper {
		for _, server := range servers {
			next = through(server)(next)
		}
		return through(b.wire())(next)
	}
	if report := b.run(b.engine(0, via)); report.Waiting != 1 {
		t.Errorf("report %+v", report)
	}
	if text, _ := b.sea("a.wav"); text != "first" || !b.away.Load() {
		t.Fatalf("in SEA stands %q, away %v", text, b.away.Load())
	}
	return b
}

// wire loses the first copy's answer, and then every request to SEA.
func (b *unknown) wire() wire {
	return wire{
		before: func(r *http.Request) (*http.Response, error) {
			if b.away.Load() && strings.HasPrefix(r.URL.Path, "/sea/") {
				return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
			}
			return nil, nil
		},
		after: func(r *http.Request, _ *http.Response) error {
			if isCopy(r) && b.away.CompareAndSwap(false, true) {
				return io.ErrUnexpectedEOF
			}
			return nil
		},
	}
}

// first gives the placement of the first content.
func (b *bench) first() models.Placement {
	b.Helper()
	return b.placements()["a.wav"][0]
}

// wantPlaced wants the first content in SEA under its own name, and for its time only.
func (b *bench) wantPlaced(source models.SourceState) {
	b.Helper()
	if p := b.first(); p.State != models.PlacementPlaced || p.SEAKey != "a.wav" || p.SourceState != source || p.LastError != "" {
		b.Errorf("%s as %q, source %s: %s", p.State, p.SEAKey, p.SourceState, p.LastError)
	}
	if text, _ := b.sea("a.wav"); text != "first" {
		b.Errorf("in SEA stands %q", text)
	}
	later := b.engine(40*24*time.Hour, nil)
	if err := later.ExpireDue(b.Context()); err != nil {
		b.Fatal(err)
	}
	if _, there := b.sea("a.wav"); there {
		b.Error("it stands for good")
	}
	b.verifyHistory()
}

func TestACopyThatMayStandOutlivesItsRule(t *testing.T) {
	t.Parallel()
	b := newUnknown(t, rule.Copy)
	if _, err := b.rules.Delete(t.Context(), models.System, b.unit, b.rule.ID); err != nil {
		t.Fatal(err)
	}
	b.run(b.engine(time.Hour, through(b.wire())))
	if p := b.first(); p.State != models.PlacementPlacing || !strings.Contains(p.LastError, "SlowDown") {
		t.Errorf("while S3 is away it is %s because %q", p.State, p.LastError)
	}
	b.run(b.engine(2*time.Hour, nil))
	b.wantPlaced(models.SourceKept)
}

func TestACopyThatMayStandOutlivesItsSource(t *testing.T) {
	t.Parallel()
	for state, meddle := range map[models.SourceState]func(b *unknown) error{
		models.SourceDeleted: func(b *unknown) error { // which is what the server says of what was gone before, too
			_, err := b.s3.DeleteObject(b.Context(), &s3.DeleteObjectInput{Bucket: aws.String("active"), Key: aws.String(b.unit.ActivePrefix + "a.wav")})
			return err
		},
		models.SourceChanged: func(b *unknown) error {
			b.put("a.wav", "second", nil)
			return nil
		},
	} {
		for action, want := range map[rule.Action]models.SourceState{rule.Copy: models.SourceKept, rule.Move: state} {
			t.Run(string(action)+" "+string(state), func(t *testing.T) {
				t.Parallel()
				b := newUnknown(t, action)
				if err := meddle(b); err != nil {
					t.Fatal(err)
				}
				b.run(b.engine(time.Hour, nil))
				b.wantPlaced(want)
			})
		}
	}
}

// TestACopyThatDoesNotStandIsNotSaidToPerhapsStand loses a copy and its answer, and
// then has S3 refuse a look before it lets one through.
func TestACopyThatDoesNotStandIsNotSaidToPerhapsStand(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "first", nil)
	b.rule("copies", rule.Copy, nil)
	lose := wire{before: func(r *http.Request) (*http.Response, error) {
		if isCopy(r) {
			return nil, io.ErrUnexpectedEOF
		}
		return nil, nil
	}}
	away := wire{before: func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/sea/") {
			return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
		}
		return nil, nil
	}}
	for try := range 12 {
		at := time.Duration(2*try) * time.Hour
		b.run(b.engine(at, through(lose)))
		b.run(b.engine(at+time.Hour, through(away)))
		if p := b.first(); p.State != models.PlacementPlacing || !strings.Contains(p.LastError, "may stand") {
			t.Fatalf("after a look in vain: %s because %q", p.State, p.LastError)
		}
	}
	b.run(b.engine(25*time.Hour, through(lose)))
	if p := b.first(); p.State != models.PlacementFailed || p.Attempts != 12 || strings.Contains(p.LastError, "may stand") {
		t.Errorf("%s after %d attempts because %q", p.State, p.Attempts, p.LastError)
	}
}

// TestAStopDuringALookIsNoneDuringACopy stops the portal while it looks for a copy
// whose answer was lost.
func TestAStopDuringALookIsNoneDuringACopy(t *testing.T) {
	t.Parallel()
	b := newUnknown(t, rule.Copy)
	b.exec("UPDATE placements SET owner = 'dead', next_attempt_at = queued_at")
	was := b.first().LastError
	b.run(b.engine(time.Hour, through(b.wire())))
	if p := b.first(); p.State != models.PlacementPlacing || strings.Contains(p.LastError, "portal") || !strings.Contains(p.LastError, "SlowDown") {
		t.Errorf("%s because %q, was %q", p.State, p.LastError, was)
	}
	b.run(b.engine(time.Hour, nil))
	b.wantPlaced(models.SourceKept)
}

func TestACopyThatMayStandWaitsForHoweverLong(t *testing.T) {
	t.Parallel()
	b := newUnknown(t, rule.Move)
	for hour := range 14 {
		b.run(b.engine(time.Duration(hour+1)*time.Hour, through(b.wire())))
	}
	if p := b.first(); p.State != models.PlacementPlacing || p.Attempts != 0 {
		t.Errorf("%s after %d attempts", p.State, p.Attempts)
	}
	b.run(b.engine(15*time.Hour, nil))
	b.wantPlaced(models.SourceDeleted)
}

func TestNoOtherFileGetsTheNameOfACopyThatMayStand(t *testing.T) {
	t.Parallel()
	b := newUnknown(t, rule.Copy)
	b.put("a.wav", "second", nil)
	b.run(b.engine(time.Hour, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/sea/") && strings.HasSuffix(r.URL.Path, "/a.wav") {
			return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
		}
		return nil, nil
	}})))
	rows := b.placements()["a.wav"]
	if len(rows) != 2 || rows[1].SEAKey != "a-2.wav" || rows[1].State != models.PlacementPlaced {
		t.Fatalf("placements %+v", rows)
	}
	if text, _ := b.sea("a-2.wav"); text != "second" {
		t.Errorf("under the other name stands %q", text)
	}
	b.run(b.engine(2*time.Hour, nil))
	b.wantPlaced(models.SourceKept)
}

// TestACopyThatComesLateIsOurs loses a copy on its way, which S3 makes only
// after it was looked for: once its answer alone is lost, once the process too.
func TestACopyThatComesLateIsOurs(t *testing.T) {
	t.Parallel()
	for _, killed := range []bool{false, true} {
		t.Run(fmt.Sprintf("killed %v", killed), func(t *testing.T) {
			t.Parallel()
			b := sqliteBench(t)
			b.put("a.wav", "first", nil)
			r := b.rule("copies", rule.Copy, nil)
			ctx, kill := context.WithCancel(t.Context())
			defer kill()
			var late *http.Request
			_, _ = b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
				if !isCopy(r) {
					return nil, nil
				}
				if late = r.Clone(t.Context()); killed {
					kill()
				}
				return nil, io.ErrUnexpectedEOF
			}})).RunUnit(ctx, b.unit.ID)
			if _, err := b.rules.Delete(t.Context(), models.System, b.unit, r.ID); err != nil {
				t.Fatal(err)
			}
			b.run(b.engine(0, nil)) // before the pause is over
			if p := b.first(); p.State != models.PlacementPlacing || p.Owner != "" || p.LastError == "" {
				t.Errorf("before the pause is over: %s by %q because %q", p.State, p.Owner, p.LastError)
			}
			answer, err := transport.RoundTrip(late)
			if err != nil || answer.StatusCode != http.StatusOK || answer.Body.Close() != nil {
				t.Fatalf("%+v, %v", answer, err)
			}
			b.run(b.engine(time.Hour, nil))
			b.wantPlaced(models.SourceKept)
		})
	}
}

// TestALargeCopyIsWaitedForLonger goes by what S3 may need for as many bytes, which
// is a second for these.
func TestALargeCopyIsWaitedForLonger(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", strings.Repeat("0", 16<<20), nil)
	b.rule("copies", rule.Copy, nil)
	b.stopAtCopy(1)
	before := time.Now()
	b.run(b.engine(0, nil))
	p := b.first()
	if p.NextAttemptAt == nil {
		t.Fatalf("%s, not waited for", p.State)
	}
	if after := p.NextAttemptAt.Sub(before); after < 3*time.Second-time.Millisecond {
		t.Errorf("looked for again %v later", after)
	}
}

// TestWhatS3RefusedToCopyFailsThoughNothingCanBeSeen takes every right to SEA
// away.
func TestWhatS3RefusedToCopyFailsThoughNothingCanBeSeen(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("copies", rule.Copy, nil)
	b.run(b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/sea/") {
			return refuse(r, http.StatusForbidden, "AccessDenied"), nil
		}
		return nil, nil
	}})))
	if p := b.only("a.wav"); p.State != models.PlacementFailed || p.LastError != "S3 answered AccessDenied: as told." {
		t.Errorf("%s because %q", p.State, p.LastError)
	}
}
