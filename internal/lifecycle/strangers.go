package lifecycle

import (
	"context"

	"seaportal/models"
)

// StrangersPage is one page of objects in a unit's SEA location that no
// placement explains, in byte order of their keys. More tells whether others
// follow.
type StrangersPage struct {
	Rows []models.Stranger
	More bool
}

// Strangers gives the page that follows a key, from the beginning for an empty
// one, as the last reconciliation saw it.
func (e *Engine) Strangers(ctx context.Context, unit models.BusinessUnit, after string) (StrangersPage, error) {
	rows, err := e.Store.Strangers(ctx, unit.ID, after, PageSize+1)
	if err != nil {
		return StrangersPage{}, err
	}
	more := len(rows) > PageSize
	return StrangersPage{Rows: rows[:min(len(rows), PageSize)], More: more}, nil
}

// CountStrangers counts a unit's strangers.
func (e *Engine) CountStrangers(ctx context.Context, unit models.BusinessUnit) (int64, error) {
	return e.Store.CountStrangers(ctx, unit.ID)
}
