package lifecycle

import (
	"context"
	"time"

	"seaportal/internal/store"
	"seaportal/models"
)

// again gives up to a batch of placements that wait for another try and may have it
// now. Where a daily limit is set, those that were begun on this day have had
// their turn of it, and of the others come as many as are left, which it tells.
func (p *placer) again(ctx context.Context, left, daily int) (rows []models.Placement, counted int, err error) {
	if daily == 0 {
		rows, err = p.startable(ctx, store.Startable{}, batch)
		return rows, 0, err
	}
	today := p.Clock.Now().Truncate(day)
	if rows, err = p.startable(ctx, store.Startable{BegunFrom: today}, batch); err != nil {
		return nil, 0, err
	}
	earlier, err := p.startable(ctx, store.Startable{Before: today}, min(left, batch-len(rows)))
	return append(rows, earlier...), len(earlier), err
}

// startable goes by the rules as they stand: an edit reaches what was tried as it
// reaches files that never were. Those that it leaves out wait, and keep nobody
// else waiting.
func (p *placer) startable(ctx context.Context, q store.Startable, limit int) ([]models.Placement, error) {
	var rows []models.Placement
	q.Now = p.Clock.Now()
	for i, r := range p.book.rules {
		if len(rows) >= limit {
			break
		}
		q.StoredBy = p.book.storedBy(i, q.Now)
		more, err := p.Store.Startable(ctx, r, q, limit-len(rows))
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// storedBy is when a file of the book's i-th rule was stored at the latest that is
// due at a time.
func (b book) storedBy(i int, now time.Time) time.Time {
	return now.Add(-time.Duration(b.matchers[i].Definition().AfterDays) * day)
}
