package rulebook

import (
	"context"

	"seaportal/internal/store"
	"seaportal/models"
)

// cataloguePage is how many files a page lists.
const cataloguePage = 50

// CatalogueQuery selects a page of the catalogue, by key. After and Before are
// the ids of the files that the page follows or precedes.
type CatalogueQuery struct {
	Search        string
	State         string // open, managed, placed or gone; empty: all in active storage
	RuleID        int64
	After, Before int64
}

// CataloguePage is one page of catalogued files. Previous and Next tell whether
// there is another page on that side.
type CataloguePage struct {
	Files          []models.File
	Placements     map[int64]models.PlacementState // of those that have one, by file
	Previous, Next bool
}

// FileState tells where a catalogued file stands: open, managed, placed (or
// queued, ever), or gone from active storage without a placement.
func FileState(f models.File) string { return string(store.StateOf(f)) }

// Catalogue lists the files that are known of a unit, placed or not. A file
// that is named as a page's edge and is not the unit's gives fault.NotFound.
func (s *Service) Catalogue(ctx context.Context, unit models.BusinessUnit, q CatalogueQuery) (CataloguePage, error) {
	query := store.CatalogueQuery{
		UnitID: unit.ID, Search: q.Search, State: store.FileState(q.State), RuleID: q.RuleID, Limit: cataloguePage + 1,
	}
	for id, edge := range map[int64]**models.File{q.After: &query.After, q.Before: &query.Before} {
		if id == 0 {
			continue
		}
		file, err := s.Store.File(ctx, unit.ID, id)
		if err != nil {
			return CataloguePage{}, err
		}
		*edge = &file
	}
	files, err := s.Store.CatalogueList(ctx, query)
	if err != nil {
		return CataloguePage{}, err
	}
	more := len(files) > cataloguePage
	page := CataloguePage{Files: files, Next: more, Previous: q.After != 0}
	switch {
	case q.Before != 0:
		page.Previous, page.Next = more, true
		if more {
			page.Files = files[1:] // read downwards: the one too many is the first
		}
	case more:
		page.Files = files[:cataloguePage]
	}
	ids := make([]int64, len(page.Files))
	for i, file := range page.Files {
		ids[i] = file.ID
	}
	page.Placements, err = s.Store.PlacementStates(ctx, ids)
	return page, err
}
