package lifecycle

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"seaportal/internal/objects"
	"seaportal/models"
)

// resume takes over what an earlier run of the unit left, dead or interrupted:
// placements under way, removals under way, sources of moves. The caller holds
// the unit, so nothing of this is anybody else's work.
func (e *Engine) resume(ctx context.Context, unit models.BusinessUnit) error {
	if !unit.HasLocation() {
		return nil
	}
	if err := e.resumePlacing(ctx, unit); err != nil {
		return err
	}
	if _, err := e.resumeRemoving(ctx, unit); err != nil {
		return err
	}
	return e.resumeSources(ctx, unit)
}

// resumeSources deletes the sources of moves that an earlier run did not, until
// S3 does it for none. The next run then goes on behind those, and begins anew
// once it has come to the end: what is locked for good keeps no other waiting.
func (e *Engine) resumeSources(ctx context.Context, unit models.BusinessUnit) error {
	after := e.resumed.at(unit.ID)
	var stuck atomic.Int64
	for !e.gaveUp(&stuck) {
		moved, err := e.Store.UnsettledSources(ctx, unit.ID, after, 2*e.Concurrency)
		if err != nil {
			return err
		}
		if len(moved) == 0 {
			e.resumed.set(unit.ID, 0)
			return nil
		}
		after = moved[len(moved)-1].ID
		e.resumed.set(unit.ID, after)
		if err := e.settleSources(ctx, unit, moved, unseen, e.newSlots(), &stuck); err != nil {
			return err
		}
	}
	return nil
}

// resumePlacing decides each placement that was under way, or whose end is not
// known, by what stands at its target.
func (e *Engine) resumePlacing(ctx context.Context, unit models.BusinessUnit) error {
	names, err := e.Store.RuleNames(ctx, unit.ID)
	if err != nil {
		return err
	}
	var after int64
	var away atomic.Int64 // looks in a row for which S3 was away
	for {
		rows, err := e.Store.InState(ctx, unit.ID, models.PlacementPlacing, after, batch)
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].ID
		rows = slices.DeleteFunc(rows, e.pauses)
		taken, err := e.Store.TakeOver(ctx, unit.ID, rowIDs(rows), e.owner, e.leaseEnd())
		if err != nil {
			return err
		}
		rows = withIDs(rows, taken)
		outcomes := make([]outcome, len(rows))
		each(e.newSlots(), rows, func(i int, row models.Placement) {
			o := outcome{Placement: row, ruleName: names[row.RuleID]}
			if row.Owner != "" && row.NextAttemptAt == nil { // not one that was waited for already
				o = o.interrupted(e.Clock.Now())
			}
			o.Owner, o.unknown = e.owner, e.gaveUp(&away)
			if !o.unknown {
				o = e.decide(ctx, unit, o)
				tally(&away, o)
			}
			outcomes[i] = o
		})
		if _, err := e.record(ctx, unit, outcomes); err != nil {
			return err
		}
	}
}

// pauses tells whether nobody works on a placement because it is not yet time to
// look what became of its copy.
func (e *Engine) pauses(p models.Placement) bool {
	return p.Owner == "" && p.NextAttemptAt != nil && p.NextAttemptAt.After(e.Clock.Now())
}

// decide looks at the target of a placement that was under way: ours and right,
// it is placed; ours and broken, it is taken away; absent or a stranger's, the
// placement is queued again once S3 has had its time for the copy.
func (e *Engine) decide(ctx context.Context, unit models.BusinessUnit, o outcome) outcome {
	target, err := e.Objects.Head(ctx, *unit.SEABucket, *unit.SEAPrefix+o.SEAKey)
	reason := objects.ReasonOf(err)
	if err != nil && reason != objects.NotFound {
		return o.undecided(notSeen, err)
	}
	if reason == objects.NotFound || target.Metadata[objects.PlacementMark] != mark(o.Placement) {
		return o.absent(e.Clock.Now())
	}
	source, err := e.Objects.Head(ctx, unit.ActiveBucket, unit.ActivePrefix+o.Key)
	switch {
	case err == nil && source.ETag == o.SourceETag:
		return e.adopted(ctx, unit, o, source, target)
	case err == nil || objects.ReasonOf(err) == objects.NotFound:
		return e.orphaned(ctx, unit, o, target)
	}
	return o.undecided("The copy stands in SEA, and its source could not be looked at", err)
}

// orphaned decides about our copy of a source that is gone or changed since: it
// may be the last one, so it is kept while nobody can read it, and unless its
// bytes disagree with its own checksum, where S3 keeps none with the catalogued
// one, or with the size that was catalogued.
func (e *Engine) orphaned(ctx context.Context, unit models.BusinessUnit, o outcome, target objects.Head) outcome {
	how, sum := verifiedByReading, cmp.Or(target.Checksum, objects.Checksum(o.Checksum))
	if sum == "" {
		how = verifiedBySize
	}
	got, err := e.read(ctx, *unit.SEABucket, *unit.SEAPrefix+o.SEAKey, target.Object, sum)
	switch {
	case err != nil:
		return o.undecided("The copy could not be read back, and is kept because its source is gone or was changed", err)
	case got.whole && got.size == o.Size:
		o.KeyARN = target.KMSKey // whatever it is: the file has no other copy
		return o.found(how, target, cmp.Or(sum, got.checksum()), e.since(target))
	}
	return e.broken(ctx, unit, o, target.ETag)
}

// resumeRemoving finishes removals whose process is gone, and tries those again
// that S3 did not do. It tells how many S3 has still not done.
func (e *Engine) resumeRemoving(ctx context.Context, unit models.BusinessUnit) (undone int, err error) {
	var after int64
	for {
		rows, err := e.Store.InState(ctx, unit.ID, models.PlacementRemoving, after, batch)
		if err != nil || len(rows) == 0 {
			return undone, err
		}
		after = rows[len(rows)-1].ID
		left := make(map[removal][]models.Placement)
		for _, row := range rows {
			if e.Alone && row.Owner != e.owner || row.LeaseUntil == nil || row.LeaseUntil.Before(time.Now()) {
				why := removal{row.RemoveReason, row.RemovedBy, row.RemovedFrom}
				left[why] = append(left[why], row)
			}
		}
		for why, rows := range left {
			by := models.System
			by.Name, by.Address = why.by, why.from
			stayed, err := e.finishRemovals(ctx, unit, by, why.reason, rows)
			if undone += stayed; err != nil {
				return undone, err
			}
		}
	}
}

// removal is why, by whom and from where files are removed.
type removal struct {
	reason   models.RemoveReason
	by, from string
}
