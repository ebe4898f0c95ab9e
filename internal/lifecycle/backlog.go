package lifecycle

import (
	"context"
	"time"

	"seaportal/models"
)

// rateWindow is over how long the rate of placing is measured.
const rateWindow = time.Hour

// Backlog is what waits to be placed in a unit, and how fast it goes.
type Backlog struct {
	Files, Bytes int64 // due, and not yet placed: never tried, or waiting for another try
	LastHour     int64 // files placed in the last hour
	DailyLimit   int   // 0: none
	Today        int64 // placements begun on this day, UTC
	// End is when the backlog is estimated to be worked off: by the daily limit
	// where there is one, else by the last hour's rate; nil when nothing waits
	// or nothing moves.
	End *time.Time
}

// Backlog measures a unit's backlog.
func (e *Engine) Backlog(ctx context.Context, unit models.BusinessUnit) (Backlog, error) {
	now := e.Clock.Now()
	backlog := Backlog{DailyLimit: unit.DailyLimit}
	rules, err := e.rules(ctx, e.Store, unit)
	if err != nil {
		return backlog, err
	}
	rules = rules.placing()
	for i, r := range rules.rules {
		for _, count := range []func(context.Context, models.Rule, time.Time) (files, bytes int64, err error){
			e.Store.CountDue, e.Store.CountQueued,
		} {
			files, bytes, err := count(ctx, r, rules.storedBy(i, now))
			if err != nil {
				return backlog, err
			}
			backlog.Files += files
			backlog.Bytes += bytes
		}
	}
	if backlog.LastHour, err = e.Store.CountPlacedSince(ctx, unit.ID, now.Add(-rateWindow)); err != nil {
		return backlog, err
	}
	if backlog.Today, err = e.Store.CountQueuedSince(ctx, unit.ID, now.Truncate(day)); err != nil {
		return backlog, err
	}
	backlog.End = backlog.estimate(now)
	return backlog, nil
}

func (b Backlog) estimate(now time.Time) *time.Time {
	var end time.Time
	switch {
	case b.Files == 0:
		return nil
	case b.DailyLimit > 0:
		left := max(0, int64(b.DailyLimit)-b.Today)
		if b.Files <= left {
			return nil // today, at once
		}
		days := (b.Files - left + int64(b.DailyLimit) - 1) / int64(b.DailyLimit)
		end = now.Truncate(day).Add(time.Duration(days) * day)
	case b.LastHour > 0:
		end = now.Add(time.Duration(float64(rateWindow) * float64(b.Files) / float64(b.LastHour)))
	default:
		return nil
	}
	return &end
}
