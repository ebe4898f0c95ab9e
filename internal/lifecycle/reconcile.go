package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"seaportal/internal/objects"
	"seaportal/models"
)

// abandoned is how old an upload in parts is when nobody will complete it: no
// copy takes this long.
const abandoned = 24 * time.Hour

// ReconcileAll compares each unit's SEA location with the database: what a
// partner deleted is recorded, what no placement explains is reported.
func (e *Engine) ReconcileAll(ctx context.Context) error {
	units, err := e.Store.UnitsWithLocation(ctx)
	return errors.Join(err, someUnits(ctx, units, func(unit models.BusinessUnit) error {
		if err := e.reconcile(ctx, unit); err != nil {
			return fmt.Errorf("reconcile unit %s: %w", unit.Slug, err)
		}
		return nil
	}))
}

// reconcile takes away parts that nobody completes, keeps the folder marker, and
// compares. A right that is missing for one of these keeps no other from being
// done.
func (e *Engine) reconcile(ctx context.Context, unit models.BusinessUnit) error {
	_, err := e.Objects.AbortUploads(ctx, *unit.SEABucket, *unit.SEAPrefix, time.Now().Add(-abandoned))
	return errors.Join(err, e.KeepMarker(ctx, unit), e.compareLocation(ctx, unit))
}

// compareLocation merges the listing of the location with the placements, both
// in byte order. Absences count only on a complete listing, for what was placed
// before it began, and once a HEAD confirms them.
func (e *Engine) compareLocation(ctx context.Context, unit models.BusinessUnit) error {
	r := &reconciler{engine: e, unit: unit, began: e.Clock.Now()}
	err := e.Objects.List(ctx, *unit.SEABucket, *unit.SEAPrefix, func(found objects.Object) error {
		return r.merge(ctx, found)
	})
	if err == nil {
		err = r.finish(ctx)
	}
	if err != nil {
		return err
	}
	for ids := range slices.Chunk(r.missing, batch) {
		rows, err := e.Store.PlacementsByID(ctx, unit.ID, ids)
		if err != nil {
			return err
		}
		rows = slices.DeleteFunc(rows, func(p models.Placement) bool { return p.State != models.PlacementPlaced })
		if err := e.confirmRemoved(ctx, unit, rows, nil); err != nil {
			return err
		}
	}
	return nil
}

type reconciler struct {
	engine *Engine
	unit   models.BusinessUnit
	began  time.Time

	expected  []models.Placement
	ended     bool
	last      string
	missing   []int64 // ids alone, for a partner may empty a location of millions
	strangers []models.Stranger
	reported  int
}

func (r *reconciler) merge(ctx context.Context, found objects.Object) error {
	key := strings.TrimPrefix(found.Key, *r.unit.SEAPrefix)
	folder := found.Size == 0 && strings.HasSuffix(key, "/")
	if key == "" || folder || !isText(key) {
		return nil
	}
	if err := r.skipTo(ctx, key); err != nil {
		return err
	}
	if len(r.expected) > 0 && r.expected[0].SEAKey == key {
		if r.expected[0].Held {
			r.engine.markExpiry(ctx, r.unit, r.expected[0], false)
		}
		r.expected = r.expected[1:]
		return nil
	}
	r.strangers = append(r.strangers, models.Stranger{
		UnitID: r.unit.ID, Key: key, Size: found.Size, LastModified: found.LastModified,
		FirstSeen: r.began, LastSeen: r.began,
	})
	if len(r.strangers) < batch {
		return nil
	}
	return r.report(ctx)
}

// report records the strangers met so far. Listing and placements are not of
// one moment: what was placed or has left SEA in between is none.
func (r *reconciler) report(ctx context.Context) error {
	if len(r.strangers) == 0 {
		return nil
	}
	keys := make([]string, len(r.strangers))
	for i, object := range r.strangers {
		keys[i] = object.Key
	}
	ours, err := r.engine.Store.TargetsSince(ctx, r.unit.ID, keys, r.began)
	if err != nil {
		return err
	}
	strange := slices.DeleteFunc(r.strangers, func(object models.Stranger) bool { return ours[object.Key] })
	r.strangers = r.strangers[:0]
	r.reported += len(strange)
	if len(strange) == 0 {
		return nil
	}
	return r.engine.Store.SaveStrangers(ctx, strange)
}

// finish deals with what lies behind the listing's end, once it is complete:
// strangers that it did not list are gone.
func (r *reconciler) finish(ctx context.Context) error {
	if err := r.skipTo(ctx, afterEveryKey); err != nil {
		return err
	}
	if err := r.report(ctx); err != nil {
		return err
	}
	if r.reported > 0 {
		r.engine.Log.WarnContext(ctx, "objects in SEA that no placement explains",
			slog.String("unit", r.unit.Slug), slog.Int("objects", r.reported))
	}
	return r.engine.Store.DropStrangers(ctx, r.unit.ID, r.began)
}

// skipTo reads the expected targets up to a key. What it passes was not listed.
func (r *reconciler) skipTo(ctx context.Context, key string) error {
	for {
		for len(r.expected) > 0 && r.expected[0].SEAKey < key {
			if p := r.expected[0]; p.State == models.PlacementPlaced && p.PlacedAt.Before(r.began) {
				r.missing = append(r.missing, p.ID)
			}
			r.expected = r.expected[1:]
		}
		if len(r.expected) > 0 || r.ended {
			return nil
		}
		more, err := r.engine.Store.PlacedTargets(ctx, r.unit.ID, r.last, catalogueBatch)
		if err != nil {
			return err
		}
		r.expected, r.ended = more, len(more) < catalogueBatch
		if len(more) > 0 {
			r.last = more[len(more)-1].SEAKey
		}
	}
}
