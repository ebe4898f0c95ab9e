package receipt

import (
	"context"

	"seaportal/internal/store"
	"seaportal/models"
)

// PageSize is how many receipts, or files that nobody fetched, a page shows.
const PageSize = 50

// Page is one page of receipts, newest first. Older and Newer tell whether there
// is another page on that side.
type Page struct {
	Rows         []models.Download
	Older, Newer bool
}

// Of gives one page of the receipts of a file. After is the id that the page of
// older ones follows, before the id that the page of newer ones precedes; both
// zero give the newest. Another unit's file has none here.
func (s *Service) Of(ctx context.Context, unit models.BusinessUnit, placementID, after, before int64) (Page, error) {
	rows, err := s.store.Downloads(ctx, store.DownloadsQuery{
		UnitID: unit.ID, PlacementID: placementID, After: after, Before: before, Limit: PageSize + 1,
	})
	if err != nil {
		return Page{}, err
	}
	more := len(rows) > PageSize
	if before != 0 {
		if more {
			rows = rows[1:] // read upwards: the one too many is the newest
		}
		return Page{Rows: rows, Older: true, Newer: more}, nil
	}
	return Page{Rows: rows[:min(len(rows), PageSize)], Older: more, Newer: after != 0}, nil
}
