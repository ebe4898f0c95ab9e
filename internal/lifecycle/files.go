package lifecycle

import (
	"context"
	"slices"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/models"
)

// PageSize is how many files a page shows.
const PageSize = 50

// soon is when a file's deletion is near enough to warn of.
const soon = 3 * day

// FilesQuery selects a page of a unit's placements, newest first. Status is a
// placement state, "held" for placed files that a hold keeps, "missed" for those
// whose source or rule went first, which "failed" leaves out, "unmoved" for moved
// files whose original S3 has not deleted, "any", or empty for all but the removed.
// Never leaves those that were placed and that nobody has fetched. PlacedFrom and PlacedUntil bound when they were placed. After is
// the id that the page of older ones follows; Before the id that the page of
// newer ones precedes.
type FilesQuery struct {
	Search                  string
	Status                  string
	RuleID                  int64
	Never                   bool
	PlacedFrom, PlacedUntil time.Time
	After, Before           int64
}

// Selects gives what the query asks of the store, without its page. An unknown
// status selects nothing rather than everything.
func (q FilesQuery) Selects(unitID int64) store.PlacementsQuery {
	query := store.PlacementsQuery{
		UnitID: unitID, RuleID: q.RuleID, Search: q.Search, Never: q.Never, PlacedFrom: q.PlacedFrom, PlacedUntil: q.PlacedUntil,
	}
	switch {
	case q.Status == "":
		query.States = []models.PlacementState{
			models.PlacementQueued, models.PlacementPlacing, models.PlacementPlaced,
			models.PlacementRemoving, models.PlacementFailed,
		}
	case q.Status == "held":
		query.States, query.Held = []models.PlacementState{models.PlacementPlaced}, true
	case q.Status == "missed", q.Status == string(models.PlacementFailed):
		missed := q.Status == "missed"
		query.States, query.Missed = []models.PlacementState{models.PlacementFailed}, &missed
	case q.Status == "unmoved":
		query.Unmoved = true
	case q.Status != "any":
		query.States = []models.PlacementState{models.PlacementState(q.Status)}
	}
	return query
}

// FilesPage is one page of placements. Older and Newer tell whether there is
// another page on that side.
type FilesPage struct {
	Rows         []models.Placement
	Older, Newer bool
}

// Files gives one page.
func (e *Engine) Files(ctx context.Context, unit models.BusinessUnit, q FilesQuery) (FilesPage, error) {
	query := q.Selects(unit.ID)
	query.After, query.Before, query.Limit = q.After, q.Before, PageSize+1
	rows, err := e.Store.Placements(ctx, query)
	if err != nil {
		return FilesPage{}, err
	}
	more := len(rows) > PageSize
	page := FilesPage{Rows: rows, Older: more, Newer: q.After != 0}
	if q.Before != 0 {
		page.Older, page.Newer = true, more
		if more {
			page.Rows = rows[1:] // read upwards: the one too many is the newest
		}
	} else if more {
		page.Rows = rows[:PageSize]
	}
	return page, nil
}

// File gives one placement of a unit; fault.NotFound for another unit's.
func (e *Engine) File(ctx context.Context, unit models.BusinessUnit, placementID int64) (models.Placement, error) {
	return e.Store.Placement(ctx, unit.ID, placementID)
}

// Selected gives the placements of a unit that somebody chose, by id and each
// once, however often it was chosen; fault.NotFound when one is not the unit's.
func (e *Engine) Selected(ctx context.Context, unit models.BusinessUnit, placementIDs []int64) ([]models.Placement, error) {
	var all []models.Placement
	for ids := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(placementIDs))), placeBatch) {
		rows, err := e.Store.PlacementsByID(ctx, unit.ID, ids)
		if err != nil {
			return nil, err
		}
		if len(rows) < len(ids) {
			return nil, fault.New(fault.NotFound, "A file that was chosen is not there. Open the list of files and choose again.")
		}
		all = append(all, rows...)
	}
	return all, nil
}

// CatalogueFile gives a catalogued file and its placement, nil if it was never
// queued.
func (e *Engine) CatalogueFile(ctx context.Context, unit models.BusinessUnit, fileID int64) (models.File, *models.Placement, error) {
	file, err := e.Store.File(ctx, unit.ID, fileID)
	if err != nil {
		return file, nil, err
	}
	placement, err := e.Store.PlacementOfFile(ctx, unit.ID, fileID)
	if fault.Is(err, fault.NotFound) {
		return file, nil, nil
	}
	return file, &placement, err
}

// Summary is what a unit's overview counts.
type Summary struct {
	ByState      map[models.PlacementState]store.StateCount
	Held         int64      // placed files on hold
	ExpiringSoon int64      // placed files that are deleted within 3 days
	NotFetched   int64      // of those, never downloaded
	LastExpiry   *time.Time // when the last of the placed files that are not on hold is deleted as planned; nil when none is there
}

// Summary counts a unit's placements.
func (e *Engine) Summary(ctx context.Context, unit models.BusinessUnit) (Summary, error) {
	counts, err := e.Store.CountPlacements(ctx, unit.ID)
	if err != nil {
		return Summary{}, err
	}
	summary := Summary{ByState: make(map[models.PlacementState]store.StateCount, len(counts))}
	for _, count := range counts {
		summary.ByState[count.State] = count
	}
	summary.Held = summary.ByState[models.PlacementPlaced].Held
	summary.ExpiringSoon, summary.NotFetched, err = e.Store.CountExpiring(ctx, unit.ID, e.Clock.Now().Add(soon))
	if err != nil {
		return Summary{}, err
	}
	summary.LastExpiry, err = e.Store.LastExpiry(ctx, unit.ID)
	return summary, err
}

// LastPresigned gives until when the last presigned URL to a file in SEA works;
// nil when none does.
func (e *Engine) LastPresigned(ctx context.Context, unit models.BusinessUnit) (*time.Time, error) {
	return e.Store.LastPresigned(ctx, unit.ID, e.Clock.Now())
}

// CountFailed counts a unit's failed placements but for the missed ones.
func (e *Engine) CountFailed(ctx context.Context, unit models.BusinessUnit) (int64, error) {
	return e.Store.CountFailed(ctx, unit.ID)
}

// CountUnmoved counts a unit's moved files in SEA whose original S3 has not deleted.
func (e *Engine) CountUnmoved(ctx context.Context, unit models.BusinessUnit) (int64, error) {
	return e.Store.CountUnmoved(ctx, unit.ID)
}

// ExpiresSoon tells whether a placed file is deleted within 3 days. One on hold
// is not.
func (e *Engine) ExpiresSoon(p models.Placement) bool {
	return p.State == models.PlacementPlaced && !p.Held && p.ExpiresAt != nil && p.ExpiresAt.Before(e.Clock.Now().Add(soon))
}
