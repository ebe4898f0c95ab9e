package lifecycle

import (
	"context"

	"golang.org/x/sync/errgroup"

	"seaportal/internal/store"
	"seaportal/models"
)

// place queues and places everything that is due in a unit, a batch at a time:
// intents in one transaction, copies side by side, outcomes in one transaction.
func (e *Engine) place(ctx context.Context, unit models.BusinessUnit, b book, report *Report) error {
	for {
		queued, err := e.queueAll(ctx, b)
		if err != nil {
			return err
		}
		started, err := e.start(ctx, unit, b)
		if err != nil {
			return err
		}
		if queued+len(started) == 0 {
			return nil
		}
		if err := e.carryOut(ctx, unit, started, report); err != nil {
			return err
		}
	}
}

// queueAll queues a batch of each rule's due files.
func (e *Engine) queueAll(ctx context.Context, b book) (int, error) {
	var total int
	for i, r := range b.rules {
		queued, err := e.queue(ctx, r, b.matchers[i])
		if err != nil {
			return total, err
		}
		total += queued
	}
	return total, nil
}

// start turns a batch of queued placements of rules that are on into placing
// ones: target key, owner and the rule's version of now are committed before
// S3 is asked.
func (e *Engine) start(ctx context.Context, unit models.BusinessUnit, b book) ([]outcome, error) {
	var placing []models.Rule
	for i, r := range b.rules {
		if b.matchers[i].Definition().Action.Places() {
			placing = append(placing, r)
		}
	}
	if len(placing) == 0 {
		return nil, nil
	}
	rows, err := e.Store.Startable(ctx, unit.ID, ruleIDs(placing), e.Clock.Now(), batch)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	started := make([]outcome, 0, len(rows))
	err = e.Store.Tx(ctx, func(tx *store.Store) error {
		started = started[:0]
		targets, err := e.newChooser(ctx, tx, unit, rows)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.SEAKey, err = targets.choose(ctx, tx, row.Key, 1); err != nil {
				return err
			}
			o := e.intend(row, placing)
			if err := tx.StartPlacing(ctx, o.Placement); err != nil {
				return err
			}
			started = append(started, o)
		}
		return nil
	})
	return started, err
}

// intend fills in what the intent says.
func (e *Engine) intend(row models.Placement, rules []models.Rule) outcome {
	until := e.leaseEnd()
	row.State, row.Owner, row.LeaseUntil = models.PlacementPlacing, e.owner, &until
	o := outcome{Placement: row}
	for _, r := range rules {
		if r.ID == row.RuleID {
			o.ruleName, o.RuleVersion, o.Action = r.Name, r.Version, r.Action
		}
	}
	return o
}

func ruleIDs(rules []models.Rule) []int64 {
	ids := make([]int64, len(rules))
	for i, r := range rules {
		ids[i] = r.ID
	}
	return ids
}

// carryOut copies a batch, records what came of it, and deletes the sources of
// what was moved.
func (e *Engine) carryOut(ctx context.Context, unit models.BusinessUnit, started []outcome, report *Report) error {
	if len(started) == 0 {
		return nil
	}
	outcomes := make([]outcome, len(started))
	var group errgroup.Group
	group.SetLimit(e.Concurrency)
	for i, o := range started {
		group.Go(func() error {
			outcomes[i] = e.attempt(ctx, unit, o)
			return nil
		})
	}
	_ = group.Wait() // attempts end in outcomes, never in errors
	if err := e.record(ctx, unit, outcomes); err != nil {
		return err
	}
	var moved []models.Placement
	for _, o := range outcomes {
		switch o.State {
		case models.PlacementPlaced:
			report.Placed++
			if o.SourceState == models.SourceDeleting {
				moved = append(moved, o.Placement)
			}
		case models.PlacementFailed:
			report.Failed++
		case models.PlacementQueued:
			report.Waiting++
		case models.PlacementPlacing, models.PlacementRemoving, models.PlacementRemoved:
		}
	}
	return e.settleSources(ctx, unit, moved, seen)
}
