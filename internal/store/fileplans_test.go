package store

import (
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// TestFilesAreChangedWithoutALookAtAllOthers asks SQLite how it finds the files
// of a long list of ids. A plan that goes through the unit's files makes a run
// cost the square of their number. PostgreSQL counts them, and decides by that.
func TestFilesAreChangedWithoutALookAtAllOthers(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "sea.db"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ids, many := make([]int64, 1024), make([]models.File, 1024)
	for i := range ids {
		ids[i] = int64(i + 1)
		many[i].ID = ids[i]
	}
	ctx, now, rule := t.Context(), time.Now(), models.Rule{ID: 1, UnitID: 1, Version: 1}
	for name, act := range map[string]func() error{
		"gone":      func() error { return s.MarkGone(ctx, 1, ids, now) },
		"offered":   func() error { return s.Offered(ctx, 1, 7, ids) },
		"still":     func() error { _, err := s.StillAs(ctx, 1, many); return err },
		"unjudge":   func() error { _, err := s.Unjudged(ctx, 1, ids); return err },
		"claimed":   func() error { _, err := s.Claim(ctx, rule, ids, now); return err },
		"judged":    func() error { return s.Judge(ctx, rule, ids, true) },
		"processed": func() error { return s.MarkProcessed(ctx, 1, ids, now) },
		"unjudged":  func() error { _, err := s.UnjudgedFiles(ctx, rule, 10); return err },
		"due":       func() error { _, err := s.DueFiles(ctx, rule, now, 10); return err },
		"queued":    func() error { _, err := s.UnjudgedQueued(ctx, rule, 10); return err },
		"startable": func() error { _, err := s.Startable(ctx, rule, Startable{StoredBy: now, Now: now}, 10); return err },
	} {
		for _, step := range plan(t, s, act) {
			if strings.Contains(step, "(business_unit_id=?)") || strings.HasPrefix(step, "SCAN") {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

// TestSourcesThatStayAreFoundByTheirIndex: hardly any of millions of moves are such.
func TestSourcesThatStayAreFoundByTheirIndex(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "sea.db"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for name, act := range map[string]func() error{
		"of one": func() error { _, err := s.CountUnmoved(t.Context(), 1); return err },
		"of all": func() error { _, err := s.CountUnmovedByUnit(t.Context()); return err },
		"to list": func() error {
			_, err := s.Placements(t.Context(), PlacementsQuery{UnitID: 1, Unmoved: true, Limit: 50})
			return err
		},
	} {
		if steps := strings.Join(plan(t, s, act), "; "); !strings.Contains(steps, "placements_unsettled") {
			t.Errorf("%s: %s", name, steps)
		}
	}
}

// plan gives the steps by which SQLite does all that act asks of it.
func plan(t *testing.T, s *Store, act func() error) []string {
	t.Helper()
	type question struct {
		text   string
		values []any
	}
	var asked []question
	note := func(db *gorm.DB) {
		asked = append(asked, question{db.Statement.SQL.String(), slices.Clone(db.Statement.Vars)})
	}
	for _, db := range []*gorm.DB{s.read, s.write} {
		_ = db.Callback().Query().Replace("note", note)
		_ = db.Callback().Update().Replace("note", note)
	}
	if err := act(); err != nil {
		t.Fatal(err)
	}
	if len(asked) == 0 {
		t.Fatal("it asked nothing")
	}
	var steps []string
	for _, q := range asked {
		var rows []struct{ Detail string }
		if err := s.write.Raw("EXPLAIN QUERY PLAN "+q.text, q.values...).Scan(&rows).Error; err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			steps = append(steps, row.Detail)
		}
	}
	return steps
}
