package lifecycle_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"pgregory.net/rapid"

	"seaportal/internal/lifecycle"
	"seaportal/internal/objects"
)

// misfortune is what goes wrong in one piece of work: at which request what. sea
// says that only requests to SEA are numbered: there are few, and much hangs on
// each.
type misfortune struct {
	at  map[int64]string
	sea bool
}

// calm is work in which nothing goes wrong.
var calm misfortune

// The kinds of mishaps. The last three last until the work ends.
var mishaps = []string{
	"answer lost", "slow down", "denied", "never sent", "overwritten", "deleted",
	"killed before", "killed after", "silent", "unreadable", "blind",
}

// drawMisfortune draws up to three mishaps, of which the later ones often follow
// at once: what then is asked about the first has no answer.
func drawMisfortune(rt *rapid.T) misfortune {
	f := misfortune{at: map[int64]string{}, sea: rapid.Bool().Draw(rt, "in SEA")}
	at := rapid.Int64Range(1, 40).Draw(rt, "request")
	if f.sea {
		at = rapid.Int64Range(1, 5).Draw(rt, "request to SEA")
	}
	for range rapid.IntRange(1, 3).Draw(rt, "mishaps") {
		f.at[at] = rapid.SampledFrom(mishaps).Draw(rt, "mishap")
		at += rapid.SampledFrom([]int64{1, 1, 2, 3, 5, 12}).Draw(rt, "later")
	}
	return f
}

var errInterference = errors.New("interfered with")

// accident makes a misfortune happen to the requests of one piece of work.
type accident struct {
	misfortune
	kill   context.CancelFunc
	meddle func(overwrite bool) // what people do to their files

	count                           atomic.Int64
	numbers                         sync.Map // of the requests under way
	dead, silent, unreadable, blind atomic.Bool
}

func (a *accident) wire() wire { return wire{before: a.before, after: a.after} }

func (a *accident) before(r *http.Request) (*http.Response, error) {
	if a.dead.Load() {
		return nil, errInterference
	}
	if a.sea && !strings.HasPrefix(r.URL.Path, "/sea/") {
		return nil, nil
	}
	n := a.count.Add(1)
	a.numbers.Store(r, n)
	switch a.at[n] {
	case "killed before":
		return nil, a.die()
	case "slow down":
		return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
	case "denied":
		return refuse(r, http.StatusForbidden, "AccessDenied"), nil
	case "never sent":
		return nil, errInterference
	case "overwritten", "deleted":
		a.meddle(a.at[n] == "overwritten")
	case "unreadable":
		a.unreadable.Store(true)
	case "blind":
		a.blind.Store(true)
	}
	return a.lasting(r)
}

// lasting is what goes wrong with a request because of an earlier mishap.
func (a *accident) lasting(r *http.Request) (*http.Response, error) {
	file := strings.HasPrefix(r.URL.Path, "/sea/") && !strings.HasSuffix(r.URL.Path, "/")
	switch {
	case a.silent.Load() && file:
		return nil, errInterference
	case a.unreadable.Load() && r.Method == http.MethodGet && file,
		a.blind.Load() && r.Method == http.MethodHead && file:
		return refuse(r, http.StatusForbidden, "AccessDenied"), nil
	}
	return nil, nil
}

func (a *accident) after(r *http.Request, _ *http.Response) error {
	n, _ := a.numbers.LoadAndDelete(r)
	number, _ := n.(int64)
	switch a.at[number] {
	case "killed after":
		return a.die()
	case "silent":
		a.silent.Store(true)
		return errInterference
	case "answer lost":
		return errInterference
	}
	if a.dead.Load() { // what was under way was done, and nobody is there to hear of it
		return errInterference
	}
	return nil
}

func (a *accident) die() error {
	a.dead.Store(true)
	a.kill()
	return errInterference
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
		w.write(key, w.versions[key], w.mediaOf(key, w.versions[key]))
	}
}

// suffer lets an engine that misfortune befalls do something; the next process's
// start may follow. An error is fatal only where nothing went wrong.
func (w *world) suffer(rt *rapid.T, f misfortune, do func(ctx context.Context, e *lifecycle.Engine) error) {
	ctx, kill := context.WithCancel(w.Context())
	defer kill()
	var meddling sync.Mutex // requests are side by side, people one after the other
	a := &accident{misfortune: f, kill: kill, meddle: func(overwrite bool) {
		meddling.Lock()
		defer meddling.Unlock()
		w.meddle(overwrite)
	}}
	if err := do(ctx, w.engine(w.offset, through(a.wire()))); err != nil && len(f.at) == 0 {
		rt.Fatal(err)
	}
	if w.Failed() {
		rt.Fatal("see above")
	}
	if len(f.at) > 0 && rapid.Bool().Draw(rt, "restart") {
		if err := w.engineNow().Resume(w.Context()); err != nil {
			rt.Fatal(err)
		}
	}
}

// run runs the unit.
func (w *world) run(rt *rapid.T, f misfortune) {
	w.suffer(rt, f, func(ctx context.Context, e *lifecycle.Engine) error {
		_, err := e.RunUnit(ctx, w.unit.ID)
		return err
	})
}

// sometimes draws a misfortune for every other piece of work.
func sometimes(rt *rapid.T) misfortune {
	if rapid.Bool().Draw(rt, "calm") {
		return calm
	}
	return drawMisfortune(rt)
}
