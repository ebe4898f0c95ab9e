package lifecycle

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"seaportal/internal/history"
	"seaportal/internal/objects"
	"seaportal/internal/rule"
	"seaportal/models"
)

const (
	// maxAttempts is after how many errors that S3 answered a placement fails.
	maxAttempts = 5
	// maxOutages is the same for errors that pass by themselves, and that are
	// counted apart: S3 is slow, full or away. With the pauses between, it is more
	// than half an hour.
	maxOutages = 12
	firstPause = 2 * time.Second
	maxPause   = 10 * time.Minute
	// copyRate is how many bytes a second S3 copies at the very least. Nobody
	// promises one: it only says how long a copy that nobody waits for any more
	// may still be made.
	copyRate = 16 << 20
)

// outcome is what one attempt to place a file came to: the row as it is to be
// recorded. A row that is still placing says that nothing was decided: it keeps
// its target key, and a later look at the target decides.
type outcome struct {
	models.Placement
	ruleName string
	// source is the file as it was catalogued, nil where that is too old to
	// copy by.
	source *objects.Head
	// corrected says that the copy is not what the row was made with.
	corrected bool
	// outage says that the attempt failed for what is not the file's fault.
	outage bool
	// unknown says that a copy may stand, or may still be made, and that S3 could
	// not be asked: whatever became of rule and source, the placement has no end
	// before the target was seen.
	unknown bool
}

// placed ends the attempt well. The row's time is set when it is recorded.
func (o outcome) placed(how string) outcome {
	o.State, o.VerifiedBy = models.PlacementPlaced, how
	if o.Action == string(rule.Move) {
		o.SourceState = models.SourceDeleting // the intent, recorded with the placement itself
	}
	return o
}

// found ends the attempt with what stands at the target since a time: an
// earlier copy of ours, or one whose checksum had to be made.
func (o outcome) found(how string, head objects.Head, sum objects.Checksum, at *time.Time) outcome {
	o.corrected = true
	o.Size, o.ContentType, o.Checksum, o.PlacedAt = head.Size, head.ContentType, string(sum), at
	return o.placed(how)
}

// failed ends the placement with a reason that a person can read.
func (o outcome) failed(reason string) outcome {
	o.State, o.LastError = models.PlacementFailed, reason
	return o
}

// missed ends the placement because its source is no longer what was claimed.
func (o outcome) missed(state models.SourceState, reason string) outcome {
	o.SourceState = state
	return o.failed(reason)
}

// replaced ends the placement because other content stands where the file was.
func (o outcome) replaced() outcome {
	return o.missed(models.SourceChanged, "Other content was stored under this name before the file could be placed.")
}

// archived ends the placement because its source went to long-term storage: only
// what is in active storage is placed, and a retry places it once it is back.
func (o outcome) archived(class string) outcome {
	return o.failed("The file is in long-term storage (" + class + "), and only files in active storage are placed. Bring it back, then retry.")
}

// again counts an attempt that failed, unless it was one too many. The next comes
// after a pause that doubles, with jitter so that many do not come back at once.
func (o outcome) again(now time.Time, reason string) outcome {
	o = o.counted()
	if o.spent() {
		return o.failed(reason)
	}
	next := o.afterPause(now)
	o.State, o.LastError, o.NextAttemptAt = models.PlacementQueued, reason, &next
	return o
}

// counted counts an attempt that failed as what it failed for.
func (o outcome) counted() outcome {
	o.Attempts++
	if o.outage {
		o.Outages++
	}
	return o
}

// spent tells whether a placement has had all its attempts.
func (o outcome) spent() bool {
	return o.Outages >= maxOutages || o.Attempts-o.Outages >= maxAttempts
}

func (o outcome) afterPause(now time.Time) time.Time {
	pause := min(maxPause, firstPause<<(o.Attempts-1))
	return now.Add(pause + rand.N(pause/2)) //nolint:gosec // jitter needs no secrecy
}

// unanswered says that nobody waits for the copy's answer any more, though S3
// may be at it still: what does not stand is looked for once more after a while.
func (o outcome) unanswered(now time.Time) outcome {
	next := now.Add(min(maxPause, firstPause+time.Duration(o.Size/copyRate)*time.Second))
	o.NextAttemptAt = &next
	return o
}

// lost counts a copy whose answer was lost and that does not stand yet.
func (o outcome) lost(now time.Time, cause error) outcome {
	o.outage = true
	o = o.counted()
	again := o.afterPause(now)
	if o = o.unanswered(now); again.After(*o.NextAttemptAt) {
		o.NextAttemptAt = &again
	}
	o.unknown, o.LastError = true, objects.Explain(cause)+"."
	return o
}

// undecided leaves the placement to the next run, which looks at the target
// again, and says what S3 answered in place of what had to be known. It costs no
// attempt: nothing was copied.
func (o outcome) undecided(what string, err error) outcome {
	reason := objects.ReasonOf(err)
	if reason == objects.Stopped {
		return o
	}
	o.unknown, o.outage = true, reason == objects.Throttled || reason == objects.Interrupted
	o.LastError = what + ": " + objects.Explain(err) + "."
	return o
}

// interrupted takes over what a process left that stopped during the copy. That
// costs no attempt.
func (o outcome) interrupted(now time.Time) outcome {
	o.LastError = "The portal was stopped during the copy."
	return o.unanswered(now)
}

// absent decides about a placement whose copy does not stand. While S3 may be at
// it still, the placement keeps its target key; then it may be tried at once.
func (o outcome) absent(now time.Time) outcome {
	if o.NextAttemptAt != nil && o.NextAttemptAt.After(now) {
		o.unknown = true
		return o
	}
	if strings.HasPrefix(o.LastError, notSeen) {
		o.LastError = "The copy was not answered, and does not stand in SEA."
	}
	if o.spent() {
		return o.failed(o.LastError)
	}
	o.State, o.NextAttemptAt = models.PlacementQueued, nil
	return o
}

// unsent leaves a placement to the next run: nothing was asked of S3 for it yet.
func (o outcome) unsent() outcome {
	o.State = models.PlacementQueued
	return o
}

// postponed leaves a placement for the next run without an attempt: S3 does
// nothing for the others either.
func (o outcome) postponed(now time.Time) outcome {
	next := now.Add(firstPause + rand.N(firstPause)) //nolint:gosec // jitter needs no secrecy
	o.outage, o.State, o.LastError, o.NextAttemptAt = true, models.PlacementQueued, "The storage was away when its turn came.", &next
	return o
}

// refused sorts S3's refusal of a copy into an outcome.
func (o outcome) refused(now time.Time, err error) outcome {
	switch objects.ReasonOf(err) {
	case objects.Stopped:
		return o
	case objects.NotFound:
		return o.missed(models.SourceGone, "The file left active storage before it could be placed.")
	case objects.Denied, objects.Refused:
		o.Attempts++
		return o.failed(objects.Explain(err) + ".")
	case objects.Throttled, objects.Interrupted:
		o.outage = true
		return o.again(now, objects.Explain(err)+".")
	case objects.None, objects.Precondition, objects.Conflicting:
	}
	return o.again(now, objects.Explain(err)+".")
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
		event.Details["size"], event.Details["checksum"], event.Details["kms_key"] = o.Size, o.Checksum, o.KeyARN
	case models.PlacementFailed:
		event.Action = "file.failed"
		event.Summary = fmt.Sprintf("Rule %s could not place %s: %s", o.ruleName, o.Key, o.LastError)
		if o.Missed() {
			event.Action = "file.missed"
			event.Summary = fmt.Sprintf("Rule %s did not place %s: %s", o.ruleName, o.Key, o.LastError)
		}
	case models.PlacementQueued, models.PlacementPlacing, models.PlacementRemoving, models.PlacementRemoved:
		return event, false
	}
	return event, true
}
