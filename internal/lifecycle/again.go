package lifecycle

import (
	"context"
	"time"

	"seaportal/models"
)

// again gives up to limit placements that wait for another try and may have it
// now, by the rules as they stand: an edit reaches them as it reaches files that
// were never tried. Those that it leaves out wait, and keep nobody else waiting.
func (p *placer) again(ctx context.Context, limit int) ([]models.Placement, error) {
	var rows []models.Placement
	for i, r := range p.book.rules {
		if len(rows) >= limit {
			break
		}
		more, err := p.Store.Startable(ctx, r, p.book.storedBy(i, p.Clock.Now()), p.Clock.Now(), limit-len(rows))
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
