package usage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"seaportal/internal/store"
	"seaportal/models"
)

const (
	// settling is how long after its end a day is closed: what was under way at
	// midnight is recorded by then.
	settling = time.Hour
	// lookBack is how many closed days are worked out anew each time, so that what
	// is recorded late, after a crash for one, still counts where it belongs.
	lookBack = 35
	// slack covers a download that was stamped before the last reading and
	// recorded after it.
	slack = 10 * time.Minute
	// chunk bounds the days that are worked out, and written, at once.
	chunk = 92
	// endOfDays is later than every day, as text.
	endOfDays = "9999-12-31"
)

// Meter closes the days that are over, for every unit that has or had SEA. It
// may be repeated, and interrupted: closed days always follow from the
// placements, whatever was written before. It belongs to the periodic jobs.
func (s *Service) Meter(ctx context.Context) error {
	units, err := s.Store.UnitsWithLocation(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, unit := range units {
		if err := s.meterUnit(ctx, unit.ID); err != nil {
			failed = append(failed, fmt.Errorf("meter %s: %w", unit.Slug, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Service) meterUnit(ctx context.Context, unitID int64) error {
	now := s.Clock.Now() // to the microsecond: it parts what was fetched before from what reports move
	last := DayOf(now.Add(-settling)) - 1
	first, from, err := s.reopen(ctx, unitID, last, now)
	if err != nil {
		return err
	}
	err = s.closeDays(ctx, unitID, from, last, now)
	if errors.Is(err, errImpossible) && from > first {
		err = s.closeDays(ctx, unitID, first, last, now)
	}
	return err
}

// reopen gives the first day on which a file was ever there, and the first day
// that has to be worked out: days ago of what was closed last, earlier where a
// file of then was fetched since, and from the beginning where the clock was set
// back or nothing was closed yet.
func (s *Service) reopen(ctx context.Context, unitID int64, last Day, now time.Time) (first, from Day, err error) {
	arrival, err := s.Store.FirstArrival(ctx, unitID)
	if err != nil || arrival == nil {
		return last + 1, last + 1, err
	}
	first = DayOf(*arrival)
	meter, err := s.Store.UsageMeter(ctx, unitID)
	if err != nil || meter.Through == "" || meter.At.After(now) {
		return first, first, err
	}
	through, err := ParseDay(meter.Through)
	if err != nil {
		return first, first, err
	}
	from = min(through, last) - lookBack + 1
	fetched, err := s.Store.FirstArrivalOfFetched(ctx, unitID, meter.At.Add(-slack))
	if err == nil && fetched != nil {
		from = min(from, DayOf(*fetched))
	}
	return first, max(first, from), err
}

// errImpossible says that the day before the first that was worked out cannot
// have been right.
var errImpossible = errors.New("more left than had arrived")

// closeDays works out the days from one to another, both included, and puts
// them in the place of all that was closed from the first on.
func (s *Service) closeDays(ctx context.Context, unitID int64, from, last Day, now time.Time) error {
	if from > last {
		meter := models.UsageMeter{UnitID: unitID, Through: last.String(), At: now}
		return s.Store.SaveUsageMeter(ctx, meter)
	}
	for ; from <= last; from += chunk {
		to := min(from+chunk-1, last)
		opening, err := s.closedDays(ctx, unitID, from-1, from-1)
		if err != nil {
			return err
		}
		events, err := s.events(ctx, unitID, from, (to + 1).Start(), now)
		if err != nil {
			return err
		}
		rows, err := closedRows(unitID, carry(opening.standing(from-1), events, from, (to+1).Start()))
		if err != nil {
			return err
		}
		meter := models.UsageMeter{UnitID: unitID, Through: to.String(), At: now}
		if err := s.replace(ctx, from, rows, meter); err != nil {
			return err
		}
	}
	return nil
}

func closedRows(unitID int64, portions []portion) ([]models.UsageDay, error) {
	rows := make([]models.UsageDay, len(portions))
	for i, p := range portions {
		if p.impossible() {
			return nil, fmt.Errorf("usage of unit %d, rule %d on %s: %w", unitID, p.Rule, p.Day, errImpossible)
		}
		rows[i] = p.closed(unitID)
	}
	return rows, nil
}

// replace writes closed days, if they are not what is written there already.
func (s *Service) replace(ctx context.Context, from Day, rows []models.UsageDay, meter models.UsageMeter) error {
	return s.Store.Tx(ctx, func(tx *store.Store) error {
		known, err := tx.UsageDays(ctx, meter.UnitID, from.String(), endOfDays)
		if err != nil {
			return err
		}
		if !slices.Equal(known, rows) {
			if err := tx.ReplaceUsageDays(ctx, meter.UnitID, from.String(), rows); err != nil {
				return err
			}
		}
		return tx.SaveUsageMeter(ctx, meter)
	})
}
