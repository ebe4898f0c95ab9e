package lifecycle_test

import (
	"net/http"
	"strings"
	"testing"

	"seaportal/internal/lifecycle"
	"seaportal/internal/rule"
	"seaportal/internal/store/storetest"
)

// heldUp is S3 that answers no copy into a unit's location before it is let go. It
// tells when the first one waits.
func (b *bench) heldUp() (via func(http.RoundTripper) http.RoundTripper, waits <-chan struct{}, letGo func()) {
	first, open := make(chan struct{}, 100), make(chan struct{})
	return through(wire{before: func(r *http.Request) (*http.Response, error) {
		if isCopy(r) && strings.HasPrefix(r.URL.Path, "/sea/"+b.unit.Slug+"/") {
			first <- struct{}{}
			<-open
		}
		return nil, nil
	}}), first, func() { close(open) }
}

// TestAUnitAtWorkKeepsNoOtherWaiting has one unit be at its copies for as long as
// the test likes, by a run of its own or by the periodic tasks.
func TestAUnitAtWorkKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	for name, work := range map[string]func(e *lifecycle.Engine, busy *bench) error{
		"run now": func(e *lifecycle.Engine, busy *bench) error {
			_, err := e.RunUnit(busy.Context(), busy.unit.ID)
			return err
		},
		"the task": func(e *lifecycle.Engine, busy *bench) error { return e.ScanAll(busy.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.Open(t)
			busy, other := newBench(t, db), newBench(t, db)
			if units, err := db.Units(t.Context()); err != nil {
				t.Fatal(err)
			} else if units[0].ID != busy.unit.ID { // it has to come first
				busy, other = other, busy
			}
			via, waits, letGo := busy.heldUp()
			e := busy.engine(0, via)
			busy.put("a.wav", "a", nil)
			busy.rule("copies", rule.Copy, nil)
			done := make(chan error, 1)
			go func() { done <- work(e, busy) }()
			<-waits
			other.put("b.wav", "b", nil)
			other.rule("copies", rule.Copy, nil)
			if err := e.ScanAll(t.Context()); err != nil {
				t.Error(err)
			}
			if _, there := other.sea("b.wav"); !there {
				t.Error("the scan of all placed nothing of the other unit")
			}
			other.put("c.eml", "c", map[string]string{"media-type": "email"})
			other.run(other.engine(0, nil))
			other.rule("late", rule.Copy, func(d *rule.Definition) { d.MediaType = rule.Email })
			if err := e.PlaceAll(t.Context()); err != nil {
				t.Error(err)
			}
			if _, there := other.sea("c.eml"); !there {
				t.Error("placing everywhere placed nothing of the other unit")
			}
			busy.put("later.wav", "l", nil) // behind the scan that goes on
			letGo()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if err := e.PlaceAll(t.Context()); err != nil {
				t.Error(err)
			}
			if _, there := busy.sea("later.wav"); !there {
				t.Error("the scan that was passed over was not made up for")
			}
		})
	}
}

// TestRunNowWaitsForTheRunThatGoesOn asks for a run while one is at work: it must
// see what was put after that one's scan.
func TestRunNowWaitsForTheRunThatGoesOn(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	via, waits, letGo := b.heldUp()
	e := b.engine(0, via)
	b.put("a.wav", "a", nil)
	b.rule("copies", rule.Copy, nil)
	done := make(chan error, 2)
	go func() { done <- e.ScanAll(t.Context()) }()
	<-waits
	b.put("b.wav", "b", nil)
	go func() {
		_, err := e.RunUnit(t.Context(), b.unit.ID)
		done <- err
	}()
	letGo()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if _, there := b.sea("b.wav"); !there {
		t.Error("the run saw nothing of it")
	}
}
