package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"seaportal/internal/rule"
	"seaportal/models"
)

// lanes is how many batches of a unit are under way at once: while one is
// copied, the other is begun or recorded, so that S3 never waits for the
// database.
const lanes = 2

// settleBytes is how much is copied before it is put on record, and the sources
// of moves are deleted, though the batch goes on. A move of as much is settled
// before the next file is begun in its place.
const settleBytes = 64 << 20

// placer places what is due in one unit.
type placer struct {
	*Engine
	unit  models.BusinessUnit
	book  book
	rules int64         // fingerprint of all rules that the book was made of
	slots chan struct{} // one for each S3 request that may be in flight

	refused atomic.Int64 // attempts in a row for which S3 was away
	stuck   atomic.Int64 // sources in a row that S3 did not delete

	turn sync.Mutex // one lane hands its copies out at a time

	mu      sync.Mutex // one lane begins, or counts, at a time
	report  *Report
	custom  string // the unit's custom key as it was when key was asked for
	key     string // ARN of the KMS key that copies are encrypted with
	changed bool   // the rules are others now: nothing more is begun by these
}

// place begins and places everything that is due in a unit, a batch at a time:
// intents in one transaction, copies side by side, outcomes in one transaction.
func (e *Engine) place(ctx context.Context, unit models.BusinessUnit, b book, report *Report) error {
	p := &placer{Engine: e, unit: unit, book: b.placing(), rules: b.fingerprint(), slots: e.newSlots(), report: report}
	if len(p.book.rules) == 0 {
		return nil
	}
	if err := p.useKey(ctx, unit); err != nil {
		return err
	}
	for i, r := range p.book.rules {
		if err := e.judge(ctx, r, p.book.matchers[i]); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for range lanes {
		group.Go(func() error { return p.lane(ctx) })
	}
	err := group.Wait()
	if err == nil && p.changed {
		return errRulesChanged
	}
	return err
}

// useKey has copies that are not begun yet encrypted with the unit's key of now.
func (p *placer) useKey(ctx context.Context, unit models.BusinessUnit) error {
	key, err := p.Keys.Current(ctx, unit)
	if err != nil {
		return fmt.Errorf("find the key of %s: %w", unit.Slug, err)
	}
	p.key, p.custom = key, unit.CustomKeyARN
	return nil
}

// lane carries out batches until nothing is left to begin, until the rules
// change, which leaves what is under way alone, or until S3 does nothing of a
// whole batch: the rest then waits for the next run, instead of being refused
// file by file.
func (p *placer) lane(ctx context.Context) error {
	for {
		begun, err := p.next(ctx)
		if err != nil || len(begun) == 0 {
			return err
		}
		outage, err := p.carryOut(ctx, begun)
		if err != nil || outage {
			return err
		}
	}
}

// next begins a batch, unless the rules changed.
func (p *placer) next(ctx context.Context) ([]outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changed {
		return nil, nil
	}
	begun, err := p.begin(ctx)
	if errors.Is(err, errRulesChanged) {
		p.changed = true
		return nil, nil
	}
	return begun, err
}

// carryOut copies a batch, records what came of it, and deletes the sources of
// what was moved. A batch is handed out whole before the other lane's: side by
// side they would come to their ends together, and S3 would wait for both to be
// recorded, and for the next to be begun. Large files do not wait for the rest of
// their batch: while it is copied, those that are done are settled. A large move
// keeps its slot until its source is deleted: asking for one anew, it would stand
// in line behind the next copies, which then need other memory and more of the
// disk than it gives back. It tells whether S3 was away for all of it.
func (p *placer) carryOut(ctx context.Context, begun []outcome) (outage bool, err error) {
	done := make(chan outcome, len(begun)) // room for all, so that copying goes on where settling failed
	outages, failed := make([]bool, len(begun)), make([]error, len(begun))
	var copying sync.WaitGroup
	copying.Go(func() {
		defer close(done)
		p.turn.Lock()
		copies := start(p.slots, begun, func(i int, o outcome) {
			o = p.tryOne(ctx, o)
			outages[i] = o.outage
			if o.Action == string(rule.Move) && o.Size >= settleBytes {
				failed[i] = p.settle(ctx, []outcome{o}, make(chan struct{}, 1))
			} else {
				done <- o
			}
		})
		p.turn.Unlock()
		copies.Wait()
	})
	for outcomes := range portions(done) {
		if err = p.settle(ctx, outcomes, p.slots); err != nil {
			break
		}
	}
	copying.Wait()
	return !slices.Contains(outages, false), errors.Join(append(failed, err)...)
}

// portions gathers outcomes until there are settleBytes of them, and takes what
// else is done by then.
func portions(done <-chan outcome) iter.Seq[[]outcome] {
	return func(yield func([]outcome) bool) {
		var portion []outcome
		var bytes int64
		for o := range done {
			portion, bytes = append(portion, o), bytes+o.Size
			if bytes < settleBytes || len(done) > 0 {
				continue
			}
			if !yield(portion) {
				return
			}
			portion, bytes = nil, 0
		}
		if len(portion) > 0 {
			yield(portion)
		}
	}
}

// settle records what came of some placements, then deletes the sources of
// those that were moved, as many at once as there are slots.
func (p *placer) settle(ctx context.Context, outcomes []outcome, slots chan struct{}) error {
	recorded, err := p.record(ctx, p.unit, outcomes)
	if err != nil {
		return err
	}
	return p.settleSources(ctx, p.unit, p.count(recorded), seen, slots, &p.stuck)
}

// tryOne attempts a placement, unless the portal stops, or S3 was away for as many
// in a row as are in flight twice over: then the placement waits, and it costs no
// attempt.
func (p *placer) tryOne(ctx context.Context, o outcome) outcome {
	if ctx.Err() != nil {
		return o.unsent()
	}
	if p.gaveUp(&p.refused) {
		return o.postponed(p.Clock.Now())
	}
	o = p.attempt(ctx, p.unit, o)
	tally(&p.refused, o)
	return o
}

// gaveUp tells whether S3 was away for as many in a row as are in flight twice
// over: the others then wait for the next run, unasked.
func (e *Engine) gaveUp(away *atomic.Int64) bool { return away.Load() >= int64(2*e.Concurrency) }

// tally adds an outage to those in a row, which anything else ends.
func tally(away *atomic.Int64, o outcome) {
	if o.outage {
		away.Add(1)
	} else {
		away.Store(0)
	}
}

// count adds outcomes to the report and gives the moves whose sources are due.
func (p *placer) count(outcomes []outcome) []models.Placement {
	p.mu.Lock()
	defer p.mu.Unlock()
	var moved []models.Placement
	for _, o := range outcomes {
		switch o.State {
		case models.PlacementPlaced:
			p.report.Placed++
			if o.SourceState == models.SourceDeleting {
				moved = append(moved, o.Placement)
			}
		case models.PlacementFailed:
			if o.Missed() {
				p.report.Missed++
			} else {
				p.report.Failed++
			}
		case models.PlacementQueued, models.PlacementPlacing:
			p.report.Waiting++
		case models.PlacementRemoving, models.PlacementRemoved:
		}
	}
	return moved
}

// each does something for every item, as many at once as there are slots.
func each[T any](slots chan struct{}, items []T, do func(i int, item T)) {
	start(slots, items, do).Wait()
}

// start is each that does not wait for the last ones to end: whoever needs them
// does.
func start[T any](slots chan struct{}, items []T, do func(i int, item T)) *sync.WaitGroup {
	var all sync.WaitGroup
	for i, item := range items {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			do(i, item)
		})
	}
	return &all
}
