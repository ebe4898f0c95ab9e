package rulebook

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"seaportal/internal/rule"
	"seaportal/internal/store"
)

// walkers is how many spans of a catalogue are read side by side. Two halve
// the time; more would take the database from everybody else.
const walkers = 2

// defaultBudget leaves the rest of two seconds to the page around the answer.
const defaultBudget = 1700 * time.Millisecond

// counter looks at files one by one. It serves one goroutine.
type counter interface {
	look(row *store.CatalogueRow, known rule.File)
}

// walk hands every file that w selects to one of as many counters as there are
// walkers, made by start. Files come span by span in key order, and in any order
// within a span. The walk is read-only: it knows no other method of the store.
func (s *Service) walk(
	ctx context.Context, w store.CatalogueWalk, matchers []*rule.Matcher, start func() counter,
) error {
	spans, err := s.Store.CatalogueSpans(ctx, w.UnitID)
	if err != nil {
		return err
	}
	var (
		next  atomic.Int64
		group errgroup.Group // no shared context: what a walker has counted by the end of the time is of use
	)
	w.Attributes = !newPicker(matchers).none()
	for range min(walkers, len(spans)) {
		count, pick := start(), newPicker(matchers)
		group.Go(func() error {
			for at := next.Add(1) - 1; at < int64(len(spans)); at = next.Add(1) - 1 {
				err := s.Store.WalkCatalogue(ctx, w, spans[at], func(row *store.CatalogueRow) error {
					media := rule.MediaType(row.MediaType)
					if w.MediaType != "" {
						media = rule.MediaType(w.MediaType)
					}
					known, err := pick.file(row, media)
					if err == nil {
						count.look(row, known)
					}
					return err
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// bounded runs a walk for no longer than the budget. It tells whether the time
// was up: then what was counted is a part, and no error.
func (s *Service) bounded(ctx context.Context, walk func(context.Context) error) (partial bool, err error) {
	budget := s.PreviewBudget
	if budget == 0 {
		budget = defaultBudget
	}
	limited, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	err = walk(limited)
	switch {
	case err == nil:
		return false, nil
	case ctx.Err() != nil: // whoever asked has left; the driver may call it otherwise
		return false, errors.Join(ctx.Err(), err)
	case limited.Err() != nil:
		return true, nil
	}
	return false, err
}
