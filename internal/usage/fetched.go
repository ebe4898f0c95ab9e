package usage

import (
	"context"
	"math/big"
	"slices"
	"time"

	"seaportal/models"
)

// fetchedBatch bounds what one query of freshly fetched files brings.
const fetchedBatch = 1000

// entry is a place in a ledger.
type entry struct {
	day Day
	account
}

// ledger is closed days, by place.
type ledger map[entry]*portion

// from gives the portions from a day on, in order.
func (l ledger) from(day Day) []portion {
	all := make([]portion, 0, len(l))
	for at, p := range l {
		if at.day >= day && !p.empty() {
			all = append(all, *p)
		}
	}
	slices.SortFunc(all, inOrder)
	return all
}

// standing gives what stood at the end of a day.
func (l ledger) standing(day Day) map[account]portion {
	all := map[account]portion{}
	for at, p := range l {
		if at.day == day {
			all[at.account] = *p
		}
	}
	return all
}

// moveFetched takes the files that somebody fetched since the days were closed
// out of what nobody fetched: a file that was never fetched until now, and then
// was, was not stored in vain.
func (s *Service) moveFetched(ctx context.Context, unitID int64, closed ledger, since time.Time, before Day) error {
	for last := (models.Placement{UnitID: unitID, FirstDownloadedAt: &since}); ; {
		rows, err := s.Store.FetchedAfter(ctx, last, before.Start(), fetchedBatch)
		if err != nil {
			return err
		}
		for _, row := range rows {
			closed.move(row, before)
			last = row
		}
		if len(rows) < fetchedBatch {
			return nil
		}
	}
}

// move books one file from never fetched to fetched on each day that it was
// there. A day on which it was not counted as never fetched is left alone.
func (l ledger) move(row models.Placement, before Day) {
	start, end := row.PlacedAt.Unix(), before.Start().Unix()
	left := row.RemovedAt != nil && row.RemovedAt.Unix() < end
	if left {
		end = row.RemovedAt.Unix()
	}
	for day := DayOf(*row.PlacedAt); day.Start().Unix() <= end && day < before; day++ {
		from := l[entry{day, account{Rule: row.RuleID}}]
		if from == nil || from.Files == 0 {
			continue
		}
		at := entry{day, account{Rule: row.RuleID, Fetched: true}}
		if l[at] == nil {
			l[at] = &portion{account: at.account, Day: day, Held: new(big.Int)}
		}
		midnight := (day + 1).Start().Unix()
		held := product(row.Size, min(end, midnight)-max(start, day.Start().Unix()))
		shift(from, l[at], held, row.Size, !left || end >= midnight)
	}
}

// shift books one file from one portion to another.
func shift(from, to *portion, held *big.Int, size int64, stands bool) {
	from.Held.Sub(from.Held, held)
	to.Held.Add(to.Held, held)
	from.Files--
	to.Files++
	if stands {
		from.StandingFiles--
		to.StandingFiles++
		from.StandingBytes -= size
		to.StandingBytes += size
	}
}
