package usage

import (
	"context"
	"time"
)

// forecast adds what the rest of the month will hold: what stands in SEA now,
// each file until it expires, one on hold to the end, at the rates that are planned. Nothing new is
// assumed to arrive, and nothing to leave early.
func (s *Service) forecast(ctx context.Context, unitID, standing int64, now time.Time, rates Book, into *Use) error {
	if standing == 0 {
		return nil
	}
	overdue, err := s.Store.EndingBetween(ctx, unitID, now, time.Unix(0, 0).UTC(), now)
	if err != nil {
		return err
	}
	standing -= overdue.Bytes
	end := DayOf(now).MonthEnd()
	for at := now; at.Before(end.Start()) && standing > 0; {
		today := DayOf(at)
		until := rates.next(today, end).Start()
		ending, err := s.Store.EndingBetween(ctx, unitID, now, at, until)
		if err != nil {
			return err
		}
		held := product(standing, until.Unix()-at.Unix())
		held.Sub(held, joined(ending.RestHigh, ending.RestLow))
		if held.Sign() > 0 {
			into.add(rates.tariff(today), held)
		}
		standing -= ending.Bytes
		at = until
	}
	return nil
}
