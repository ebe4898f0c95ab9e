package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"seaportal/models"
)

const (
	eventBuffer = 1 << 15
	// gather is how long events are collected before they are worked on, so
	// that an upload of many files is a few batches and not many single looks.
	gather = 200 * time.Millisecond
)

// EventKind tells what happened to an object.
type EventKind string

// The kinds of events.
const (
	Created EventKind = "created"
	Deleted EventKind = "deleted"
	Expired EventKind = "expired" // deleted by a rule of the S3 server's own
)

// Event is news from the S3 server of one object. It says where to look, never
// what to believe: the object is looked at before anything is recorded.
type Event struct {
	Kind        EventKind
	Bucket, Key string
	AccessKeyID string // who did it, where known
	Address     string // from which IP address, where known
	// At is when it happened by the S3 server's clock, zero where that is not
	// known. News may be late: what happened before a file was placed says nothing
	// about who deleted that one.
	At time.Time
}

// Observe takes news and returns at once. When more arrives than can be held,
// every unit is scanned and reconciled instead.
func (e *Engine) Observe(event Event) {
	select {
	case e.events <- event:
	default:
		select {
		case e.missed <- struct{}{}:
		default:
		}
	}
}

// Work takes news and returns once all that it names was looked at and is on
// record. Placing what is due follows, in the background, as long as ctx lasts:
// end it before Stop. After an error the same news may be worked on again, or
// any part of it, in any order.
func (e *Engine) Work(ctx context.Context, events []Event) error { return e.handle(ctx, events) }

// Start begins to work on observed events until Stop.
func (e *Engine) Start(ctx context.Context) {
	ctx, e.stop = context.WithCancel(context.WithoutCancel(ctx))
	e.working.Go(func() { e.watch(ctx) })
}

// Stop ends the work on events and waits for what is under way.
func (e *Engine) Stop() {
	e.stop()
	e.working.Wait()
}

func (e *Engine) watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.missed:
			e.log(ctx, "scan after missed events", errors.Join(e.ScanAll(ctx), e.ReconcileAll(ctx)))
		case first := <-e.events:
			e.log(ctx, "events not worked on", e.handle(ctx, e.collect(ctx, first)))
		}
	}
}

func (e *Engine) log(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		e.Log.WarnContext(ctx, "life cycle interrupted", slog.String("during", what), slog.Any("error", err))
	}
}

// collect gathers the events of a moment.
func (e *Engine) collect(ctx context.Context, first Event) []Event {
	events := []Event{first}
	over := time.NewTimer(gather)
	defer over.Stop()
	for len(events) < eventBuffer {
		select {
		case event := <-e.events:
			events = append(events, event)
		case <-over.C:
			return events
		case <-ctx.Done():
			return events
		}
	}
	return events
}

// handle sorts events by unit and place, and works on each unit's.
func (e *Engine) handle(ctx context.Context, events []Event) error {
	units, err := e.Store.Units(ctx)
	if err != nil {
		return err
	}
	return eachUnit(ctx, units, func(unit models.BusinessUnit) error {
		var keys []string
		known, deleted := make(map[string]bool), make(map[string]Event)
		for _, event := range events {
			key, active := below(event, unit.ActiveBucket, unit.ActivePrefix)
			if active && !known[key] {
				known[key] = true
				keys = append(keys, key)
			}
			if event.Kind == Deleted && unit.HasLocation() {
				if key, ours := below(event, *unit.SEABucket, *unit.SEAPrefix); ours {
					deleted[key] = event
				}
			}
		}
		return errors.Join(e.partnerRemoved(ctx, unit, deleted), e.noticed(ctx, unit, keys))
	})
}

func below(event Event, bucket, prefix string) (string, bool) {
	key, ok := strings.CutPrefix(event.Key, prefix)
	return key, ok && event.Bucket == bucket && isFile(key)
}

// noticed catalogues what was written, and places what is due at once. Keys of
// which S3 refused to tell are an error once the others are done with.
func (e *Engine) noticed(ctx context.Context, unit models.BusinessUnit, keys []string) error {
	var passed observed
	for len(keys) > 0 {
		size := min(batch, len(keys))
		changed, err := e.observeKeys(ctx, unit, keys[:size])
		if err != nil {
			return err
		}
		passed.pass(changed)
		keys = keys[size:]
		if changed.seen == 0 {
			continue
		}
		e.pokes.start(&e.working, unit.ID, func() {
			e.log(ctx, "placing", e.placeUnit(ctx, unit.ID, e.exclusive))
		})
	}
	if passed.refused != nil {
		return fmt.Errorf("look at %d keys of %s, the first being %q: %w", passed.skipped, unit.Slug, passed.first, passed.refused)
	}
	return nil
}
