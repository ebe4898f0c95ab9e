// Package usage owns what files in SEA hold and what that costs: GB-days for
// each business unit, rule and day, the active storage charge, and its forecast.
// All of it follows from the placements, to the second, in whole numbers; money
// is rounded once, at the end of each line that is shown. It refuses to sample,
// to estimate what has been, and to change the price of a day that has begun.
package usage

import (
	"context"
	"fmt"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/store"
)

// Service meters and reports. Clock is the life cycle's: placements are made
// and expire by it.
type Service struct {
	Store *store.Store
	Clock clock.Clock
}

// now is the running second: an instant counts from the second in which it
// falls, so that the seconds of a day are never split.
func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Second) }

// readings gives what each account of a unit held, day by day, from a day until
// now: from the closed days where there are any, and from the placements for
// what came after. do gets the portions in the order of their days. The answer
// is what stands in SEA now.
func (s *Service) readings(ctx context.Context, unitID int64, from Day, now time.Time, do func(portion)) (bytes, files int64, err error) {
	begin, meter, err := s.liveFrom(ctx, unitID, now)
	if err != nil {
		return 0, 0, err
	}
	closed, err := s.closedDays(ctx, unitID, min(from, begin-1), begin-1)
	if err != nil {
		return 0, 0, err
	}
	if meter.known {
		if err := s.moveFetched(ctx, unitID, closed, meter.at, begin); err != nil {
			return 0, 0, err
		}
	}
	events, err := s.events(ctx, unitID, begin, now, ever)
	if err != nil {
		return 0, 0, err
	}
	live := carry(closed.standing(begin-1), events, begin, now)
	for _, p := range append(closed.from(from), live...) {
		if p.Day >= from {
			do(p)
		}
		if p.Day == DayOf(now) {
			bytes, files = bytes+p.StandingBytes, files+p.StandingFiles
		}
	}
	return bytes, files, nil
}

// ever is later than every download.
var ever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// reading says when the closed days of a unit were last worked out.
type reading struct {
	known bool
	at    time.Time
}

// liveFrom is the first day of a unit that is worked out from the placements.
func (s *Service) liveFrom(ctx context.Context, unitID int64, now time.Time) (Day, reading, error) {
	today := DayOf(now)
	meter, err := s.Store.UsageMeter(ctx, unitID)
	if err != nil {
		return 0, reading{}, err
	}
	// A clock that was set back leaves days closed that have not come yet, and
	// makes doubtful those that have: the next turn of the meter settles them.
	if meter.Through != "" && !meter.At.Truncate(time.Second).After(now) {
		through, err := ParseDay(meter.Through)
		return min(through+1, today), reading{known: true, at: meter.At}, err
	}
	first, err := s.Store.FirstArrival(ctx, unitID)
	if err != nil || first == nil {
		return today, reading{}, err
	}
	return min(DayOf(*first), today), reading{}, nil
}

// eventDays bounds the days that one query sums: the database sorts what it
// sums, and several small heaps sort faster than a large one.
const eventDays = 7

// events sums what arrived and left from the beginning of a day until an instant.
func (s *Service) events(ctx context.Context, unitID int64, from Day, until, seen time.Time) ([]store.UsageEvent, error) {
	var all []store.UsageEvent
	for ; from.Start().Before(until); from += eventDays {
		end := (from + eventDays).Start()
		if end.After(until) {
			end = until
		}
		events, err := s.Store.UsageEvents(ctx, unitID, from.Start(), end, seen)
		if err != nil {
			return nil, err
		}
		all = append(all, events...)
	}
	return all, nil
}

// closedDays reads the closed days of a unit, both ends included.
func (s *Service) closedDays(ctx context.Context, unitID int64, from, to Day) (ledger, error) {
	rows, err := s.Store.UsageDays(ctx, unitID, from.String(), to.String())
	if err != nil {
		return nil, err
	}
	book := make(ledger, len(rows))
	for _, row := range rows {
		p, err := opened(row)
		if err != nil {
			return nil, fmt.Errorf("read usage of unit %d: %w", unitID, err)
		}
		book[entry{p.Day, p.account}] = &p
	}
	return book, nil
}
