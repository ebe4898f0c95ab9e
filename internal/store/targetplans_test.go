package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
)

// TestTargetsAreReadByIndex asks both engines how they answer what is asked for
// each batch, as it is asked: an engine that does not see which index may be used
// looks through all files of the unit, for each batch.
func TestTargetsAreReadByIndex(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		crowd(t, s)
		type question struct {
			text   string
			values []any
		}
		var asked []question
		if err := s.OnQuery(func(text string, values []any) { asked = append(asked, question{text, values}) }); err != nil {
			t.Fatal(err)
		}
		keys := []string{"k7", "k8"}
		indexes := []string{"placements_target", "placements_presigned", "placements_departures"}
		for name, ask := range map[string]func(ctx context.Context) error{
			"taken targets": func(ctx context.Context) error {
				_, err := s.TakenTargets(ctx, 1, keys, noon)
				return err
			},
			"targets of late": func(ctx context.Context) error {
				_, err := s.TargetsSince(ctx, 1, keys, noon)
				return err
			},
			"a page of targets": func(ctx context.Context) error {
				_, err := s.PlacedTargets(ctx, 1, "k7", 100)
				return err
			},
			"files under keys": func(ctx context.Context) error {
				_, err := s.PlacedAs(ctx, 1, keys)
				return err
			},
		} {
			asked = nil
			if err := ask(t.Context()); err != nil || len(asked) == 0 {
				t.Fatalf("%s: %d questions, %v", name, len(asked), err)
			}
			for _, q := range asked {
				plan := explain(t, s, q.text, q.values...)
				if !slices.ContainsFunc(indexes, func(index string) bool { return strings.Contains(plan, index) }) {
					t.Errorf("%s: %s\nis answered by\n%s", name, q.text, plan)
				}
			}
		}
	})
}
