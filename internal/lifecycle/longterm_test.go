package lifecycle_test

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"seaportal/internal/rule"
	"seaportal/models"
)

// archive answers for active storage as if every file there were in a storage
// class, while there is one: the embedded server knows no other than STANDARD.
type archive struct{ class atomic.Value }

func (a *archive) put(class string) { a.class.Store(class) }

func (a *archive) wire() wire {
	return wire{after: func(r *http.Request, answer *http.Response) error {
		class, _ := a.class.Load().(string)
		if class == "" || !strings.HasPrefix(r.URL.Path, "/active") {
			return nil
		}
		if r.Method == http.MethodHead {
			answer.Header.Set("X-Amz-Storage-Class", class)
			return nil
		}
		if r.URL.Query().Get("list-type") != "2" {
			return nil
		}
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			return err
		}
		text = bytes.ReplaceAll(text, []byte(">STANDARD<"), []byte(">"+class+"<"))
		answer.ContentLength = int64(len(text))
		answer.Header.Set("Content-Length", strconv.Itoa(len(text)))
		answer.Body = io.NopCloser(bytes.NewReader(text))
		return nil
	}}
}

func TestWhatIsInLongTermStorageIsCataloguedAndNeverPlaced(t *testing.T) {
	t.Parallel()
	for _, class := range models.LongTermClasses {
		t.Run(class, func(t *testing.T) {
			t.Parallel()
			b := sqliteBench(t)
			b.put("a.wav", "a", nil)
			b.rule("moves", rule.Move, nil)
			var cold archive
			cold.put(class)
			e := b.engine(0, through(cold.wire()))
			for _, fresh := range []int{1, 0} {
				if report := b.run(e); report.Listed != 1 || report.New != fresh {
					t.Errorf("report %+v, want %d new", report, fresh)
				}
			}
			files, err := b.store.CurrentFilesByKey(t.Context(), b.unit.ID, []string{"a.wav"})
			if err != nil || len(files) != 1 || files[0].StorageClass != class || files[0].RuleID != nil {
				t.Errorf("catalogued %+v, %v", files, err)
			}
			if rows := b.placements(); len(rows) != 0 {
				t.Errorf("placements %+v", rows)
			}
			cold.put("")
			if report := b.run(e); report.New != 1 || report.Placed != 1 {
				t.Errorf("back in active storage: %+v", report)
			}
		})
	}
}

// TestWhatWaitsForAnotherTryIsLeftInLongTermStorage has the scan notice before the
// next try.
func TestWhatWaitsForAnotherTryIsLeftInLongTermStorage(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("moves", rule.Move, nil)
	b.run(b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if isCopy(r) {
			return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
		}
		return nil, nil
	}})))
	var cold archive
	cold.put("GLACIER_IR") // of which S3 would make a copy
	e := b.engine(time.Hour, through(cold.wire()))
	b.run(e)
	if p := b.only("a.wav"); p.State != models.PlacementQueued {
		t.Errorf("%s because %q", p.State, p.LastError)
	}
	if _, there := b.active("a.wav"); !there || len(b.seaKeys()) != 0 {
		t.Errorf("in active storage %v, in SEA %q", there, b.seaKeys())
	}
	cold.put("")
	b.run(e)
	if p := b.only("a.wav"); p.State != models.PlacementPlaced || p.SourceState != models.SourceDeleted {
		t.Errorf("%s, source %s: %s", p.State, p.SourceState, p.LastError)
	}
}

func TestWhatWentToLongTermStorageBeforeItsCopySaysSo(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("copies", rule.Copy, nil)
	var cold archive
	frozen := cold.wire()
	frozen.before = func(r *http.Request) (*http.Response, error) {
		if isCopy(r) {
			cold.put("DEEP_ARCHIVE")
			return refuse(r, http.StatusForbidden, "InvalidObjectState"), nil
		}
		return nil, nil
	}
	b.run(b.engine(0, through(frozen)))
	if p := b.only("a.wav"); p.State != models.PlacementFailed || !strings.Contains(p.LastError, "long-term storage (DEEP_ARCHIVE)") {
		t.Errorf("%s because %q", p.State, p.LastError)
	}
}
