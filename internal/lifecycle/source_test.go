package lifecycle_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"seaportal/internal/rule"
	"seaportal/models"
)

// TestAMoveTakesNoOtherCopyForItsOwn lets the copy of a move leave SEA before
// its source is deleted, and another file take its name there.
func TestAMoveTakesNoOtherCopyForItsOwn(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "one", nil)
	b.put("a-2.wav", "the last copy", nil)
	b.rule("moves", rule.Move, nil)
	kept := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete && strings.HasPrefix(r.URL.Path, "/active/") {
			return refuse(r, http.StatusForbidden, "AccessDenied"), nil
		}
		return nil, nil
	}}))
	var log bytes.Buffer
	kept.Log = slog.New(slog.NewTextHandler(&log, nil))
	b.run(kept)
	if said := log.String(); !strings.Contains(said, "sources of moves not deleted yet") || !strings.Contains(said, "files=2") || !strings.Contains(said, "AccessDenied") {
		t.Errorf("the log says %q", said)
	}
	if p := b.only("a-2.wav"); p.State != models.PlacementPlaced || p.SourceState != models.SourceDeleting {
		t.Fatalf("%s, source %s", p.State, p.SourceState)
	}
	b.put("a.wav", "two", nil)
	kept.Keys = &asked{kept.Keys, func() { // between the look after old sources and the placing
		b.partnerDeletes("a-2.wav")
		if err := kept.ReconcileAll(t.Context()); err != nil {
			t.Error(err)
		}
	}}
	b.run(kept)
	if got, _ := b.sea("a-2.wav"); got != "two" {
		t.Fatalf("in SEA %q", got)
	}
	b.run(b.engine(0, nil))
	if got, _ := b.active("a-2.wav"); got != "the last copy" {
		t.Errorf("in active storage %q", got)
	}
	if p := b.only("a-2.wav"); p.SourceState != models.SourceSpared {
		t.Errorf("source %s", p.SourceState)
	}
}

// TestASourceThatMayNotBeDeletedSaysWhy denies it for more files than S3 is asked
// for once it does nothing, and gives the right back.
func TestASourceThatMayNotBeDeletedSaysWhy(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	const files = 300
	for i := range files {
		b.put(fmt.Sprintf("%03d.wav", i), content(i), nil)
	}
	b.rule("moves", rule.Move, nil)
	var asked atomic.Int64
	denied := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if asks(r, http.MethodDelete, "active") {
			asked.Add(1)
			return refuse(r, http.StatusForbidden, "AccessDenied"), nil
		}
		return nil, nil
	}}))
	for _, when := range []string{"placing", "the run after"} {
		asked.Store(0)
		b.run(denied)
		if least, most := int64(2*denied.Concurrency), int64(3*denied.Concurrency); asked.Load() < least || asked.Load() > most {
			t.Errorf("%s: asked for %d of %d files, not %d to %d", when, asked.Load(), files, least, most)
		}
	}
	for key, rows := range b.placements() {
		if p := rows[0]; p.State != models.PlacementPlaced || p.SourceState != models.SourceDeleting || p.LastError != "S3 answered AccessDenied: as told." {
			t.Fatalf("%s is %s, its source %s because %q", key, p.State, p.SourceState, p.LastError)
		}
	}
	b.run(b.engine(0, nil))
	for key, rows := range b.placements() {
		if p := rows[0]; p.SourceState != models.SourceDeleted || p.LastError != "" {
			t.Fatalf("%s: source %s because %q", key, p.SourceState, p.LastError)
		}
	}
}

// TestSourcesThatAreLockedKeepNoOtherWaiting locks more of them than S3 is asked
// for, all placed before one that is not locked.
func TestSourcesThatAreLockedKeepNoOtherWaiting(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.rule("moves", rule.Move, nil)
	var away atomic.Bool
	away.Store(true)
	e := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if asks(r, http.MethodDelete, "active") && (away.Load() || strings.Contains(r.URL.Path, "locked")) {
			return refuse(r, http.StatusForbidden, "AccessDenied"), nil
		}
		return nil, nil
	}}))
	for i := range 5 * e.Concurrency {
		b.put(fmt.Sprintf("locked%03d.wav", i), content(i), nil)
	}
	b.run(e)
	b.put("free.wav", "free", nil)
	b.run(e)
	if p := b.only("free.wav"); p.State != models.PlacementPlaced || p.SourceState != models.SourceDeleting {
		t.Fatalf("%s, source %s", p.State, p.SourceState)
	}
	away.Store(false)
	for range 4 {
		b.run(e)
	}
	if p := b.only("free.wav"); p.SourceState != models.SourceDeleted {
		t.Errorf("source %s because %q", p.SourceState, p.LastError)
	}
}
