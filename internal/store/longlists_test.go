package store

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"seaportal/models"
)

// aside is a step that looks through more of a unit than the list names: all of
// it, or all of one state.
var aside = regexp.MustCompile(`^SCAN placements|^SCAN files|\((business_unit_id=\?|state=\?)( AND (state=\?|gone_at=\?))?\)`)

// TestLongListsAreReadByTheListsOwnIndex asks SQLite how it finds what a batch
// names. It knows nothing of a unit's size, takes it for ten rows, and prefers
// these to a list of a thousand: then each batch costs as much as the unit has
// files. PostgreSQL counts them, and decides by that.
func TestLongListsAreReadByTheListsOwnIndex(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "sea.db"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ids, keys := make([]int64, 1024), make([]string, 1024)
	for i := range ids {
		ids[i], keys[i] = int64(i+1), fmt.Sprintf("key-%d", i)
	}
	ctx, now, like := t.Context(), time.Now(), models.Placement{UnitID: 1}
	seen := make([]models.File, len(keys))
	for i, key := range keys {
		seen[i] = models.File{UnitID: 1, Key: key, ETag: key}
	}
	for name, act := range map[string]func() error{
		"taken targets":    func() error { _, err := s.TakenTargets(ctx, 1, keys, now); return err },
		"targets of late":  func() error { _, err := s.TargetsSince(ctx, 1, keys, now); return err },
		"placed as":        func() error { _, err := s.PlacedAs(ctx, 1, keys); return err },
		"placed under":     func() error { _, err := s.PlacedUnder(ctx, 1, keys, now); return err },
		"placements":       func() error { _, err := s.PlacementsByID(ctx, 1, ids); return err },
		"states":           func() error { _, err := s.PlacementStates(ctx, ids); return err },
		"placed files":     func() error { _, err := s.PlacedFiles(ctx, ids); return err },
		"taken over":       func() error { _, err := s.TakeOver(ctx, 1, ids, "me", now); return err },
		"placed":           func() error { _, err := s.MarkPlaced(ctx, ids, like); return err },
		"settled":          func() error { _, err := s.SettleSources(ctx, ids, like); return err },
		"being removed":    func() error { _, err := s.StartRemoving(ctx, ids, like); return err },
		"removal refused":  func() error { return s.RefuseRemoval(ctx, ids, like) },
		"removed":          func() error { _, err := s.MarkRemoved(ctx, ids, models.PlacementPlaced, like); return err },
		"retried":          func() error { _, err := s.Retry(ctx, 1, ids); return err },
		"missed":           func() error { _, err := s.MissQueued(ctx, 1, ids, models.SourceKept, ""); return err },
		"files":            func() error { _, err := s.FilesByID(ctx, 1, ids); return err },
		"files under keys": func() error { _, err := s.CurrentFilesByKey(ctx, 1, keys); return err },
		"seen":             func() error { return s.SaveSeen(ctx, 1, seen, now) },
	} {
		for _, step := range plan(t, s, act) {
			if aside.MatchString(step) {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}
