package lifecycle

import (
	"context"

	"seaportal/models"
)

// Catalogue scans a unit's active storage and does nothing else.
func (e *Engine) Catalogue(ctx context.Context, unit models.BusinessUnit) error {
	return e.scan(ctx, unit, &Report{})
}
