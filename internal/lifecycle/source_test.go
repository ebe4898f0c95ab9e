package lifecycle_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
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
