package lifecycle_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"

	"pgregory.net/rapid"

	"seaportal/internal/objects"
)

// mishap is what goes wrong at one request of a run.
type mishap struct {
	at   int64 // the number of the request; 0: nothing goes wrong
	kind string
}

var calm = mishap{}

func drawMishap(rt *rapid.T) mishap {
	return mishap{
		at:   rapid.Int64Range(1, 25).Draw(rt, "request"),
		kind: rapid.SampledFrom([]string{"killed before", "killed after", "answer lost", "slow down", "denied", "never sent", "overwritten", "deleted"}).Draw(rt, "mishap"),
	}
}

var errInterference = errors.New("interfered with")

// wire makes the mishap happen; people meddle with their files by meddle.
func (f mishap) wire(kill context.CancelFunc, meddle func(overwrite bool)) wire {
	var count atomic.Int64
	dead := func() bool { return strings.HasPrefix(f.kind, "killed") && count.Load() > f.at }
	return wire{
		before: func(r *http.Request) (*http.Response, error) {
			n := count.Add(1)
			switch {
			case dead():
				return nil, errInterference
			case f.at == 0 || n != f.at:
				return nil, nil
			}
			switch f.kind {
			case "killed before":
				kill()
				return nil, errInterference
			case "slow down":
				return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
			case "denied":
				return refuse(r, http.StatusForbidden, "AccessDenied"), nil
			case "never sent":
				return nil, errInterference
			case "overwritten", "deleted":
				meddle(f.kind == "overwritten")
			}
			return nil, nil
		},
		after: func(*http.Request, *http.Response) error {
			if f.at == 0 || count.Load() < f.at {
				return nil
			}
			switch {
			case f.kind == "killed after":
				kill()
				return errInterference
			case f.kind == "answer lost" && count.Load() == f.at:
				return errInterference
			}
			return nil
		},
	}
}

// meddle overwrites or deletes every file in the middle of a run.
func (w *world) meddle(overwrite bool) {
	for _, key := range modelKeys {
		if _, there := w.content[key]; !there {
			continue
		}
		if !overwrite {
			if err := objects.New(w.s3).Delete(w.Context(), "active", w.unit.ActivePrefix+key, ""); err != nil {
				w.Error(err)
			}
			delete(w.content, key)
			continue
		}
		w.versions[key]++
		w.write(key, w.versions[key])
	}
}

// run runs the unit; a run that is interfered with is followed by the next
// process's start.
func (w *world) run(rt *rapid.T, f mishap) {
	ctx, kill := context.WithCancel(w.Context())
	defer kill()
	_, err := w.engine(w.offset, through(f.wire(kill, w.meddle))).RunUnit(ctx, w.unit.ID)
	if err != nil && f == calm {
		rt.Fatal(err)
	}
	if w.Failed() {
		rt.Fatal("see above")
	}
	if f != calm && rapid.Bool().Draw(rt, "restart") {
		if err := w.engineNow().Resume(w.Context()); err != nil {
			rt.Fatal(err)
		}
	}
}
