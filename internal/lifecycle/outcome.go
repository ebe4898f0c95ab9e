package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"seaportal/internal/history"
	"seaportal/internal/objects"
	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	// maxAttempts is after how many errors that S3 answered a placement fails.
	maxAttempts = 5
	firstPause  = 2 * time.Second
)

// outcome is what one attempt to place a file came to: the row as it is to be
// recorded. A row that is still placing says that nothing was decided, because
// the portal stops; the next start decides by looking at the target.
type outcome struct {
	models.Placement
	ruleName string
}

func (o outcome) placed(unit models.BusinessUnit, at time.Time, head objects.Head, sum objects.Checksum, how string) outcome {
	expires := at.Add(time.Duration(unit.RetentionDays) * day)
	o.State, o.PlacedAt, o.ExpiresAt = models.PlacementPlaced, &at, &expires
	o.Size, o.ContentType, o.Checksum, o.VerifiedBy = head.Size, head.ContentType, string(sum), how
	o.LastError = ""
	if o.Action == string(rule.Move) {
		o.SourceState = models.SourceDeleting // the intent, recorded with the placement itself
	}
	return o
}

// failed ends the placement with a reason that a person can read.
func (o outcome) failed(reason string) outcome {
	o.State, o.LastError = models.PlacementFailed, reason
	return o
}

// lost ends the placement because its source is no longer what was claimed.
func (o outcome) lost(state models.SourceState, reason string) outcome {
	o.SourceState = state
	return o.failed(reason)
}

// again counts an error that S3 answered. The next attempt comes after a pause
// that doubles, with jitter so that many do not come back at once.
func (o outcome) again(now time.Time, reason string) outcome {
	o.Attempts++
	if o.Attempts >= maxAttempts {
		return o.failed(reason)
	}
	pause := firstPause << (o.Attempts - 1)
	next := now.Add(pause + rand.N(pause/2)) //nolint:gosec // jitter needs no secrecy
	o.State, o.LastError, o.NextAttemptAt = models.PlacementQueued, reason, &next
	return o
}

// refused sorts S3's refusal of a copy into an outcome.
func (o outcome) refused(now time.Time, err error) outcome {
	switch objects.ReasonOf(err) {
	case objects.Stopped:
		return o
	case objects.NotFound:
		return o.lost(models.SourceGone, "The file left active storage before it could be placed.")
	case objects.Denied, objects.Refused:
		o.Attempts++
		return o.failed(objects.Explain(err) + ".")
	case objects.None, objects.Precondition, objects.Conflicting, objects.Throttled, objects.Interrupted:
	}
	return o.again(now, objects.Explain(err)+".")
}

// record writes outcomes and their history in one transaction. A row that
// somebody else decided meanwhile is left to them.
func (e *Engine) record(ctx context.Context, unit models.BusinessUnit, outcomes []outcome) error {
	return e.Store.Tx(context.WithoutCancel(ctx), func(tx *store.Store) error {
		var events []history.Event
		for _, o := range outcomes {
			err := recordOne(ctx, tx, o)
			if errors.Is(err, store.ErrStale) {
				continue
			}
			if err != nil {
				return err
			}
			if event, tell := o.event(unit); tell {
				events = append(events, event)
			}
		}
		return history.Record(ctx, tx, events...)
	})
}

func recordOne(ctx context.Context, tx *store.Store, o outcome) error {
	switch o.State {
	case models.PlacementPlaced:
		return tx.MarkPlaced(ctx, o.Placement)
	case models.PlacementFailed:
		return tx.MarkFailed(ctx, o.Placement)
	case models.PlacementQueued:
		return tx.Requeue(ctx, o.Placement)
	case models.PlacementPlacing, models.PlacementRemoving, models.PlacementRemoved:
	}
	return nil
}

// event tells the history of a placement that came to an end.
func (o outcome) event(unit models.BusinessUnit) (history.Event, bool) {
	event := history.Event{
		By: models.System, UnitID: unit.ID, ObjectKind: "placement", ObjectID: o.ID,
		Details: map[string]any{"key": o.Key, "sea_key": o.SEAKey, "rule": o.RuleID, "rule_version": o.RuleVersion, "action": o.Action},
	}
	switch o.State {
	case models.PlacementPlaced:
		event.Action = "file.placed"
		event.Summary = fmt.Sprintf("Rule %s placed %s in SEA", o.ruleName, o.Key)
		event.Details["size"], event.Details["checksum"] = o.Size, o.Checksum
	case models.PlacementFailed:
		event.Action = "file.failed"
		event.Summary = fmt.Sprintf("Rule %s could not place %s: %s", o.ruleName, o.Key, o.LastError)
	case models.PlacementQueued, models.PlacementPlacing, models.PlacementRemoving, models.PlacementRemoved:
		return event, false
	}
	return event, true
}
