package credential

import (
	"context"

	"seaportal/models"
)

// ProveRefused is for the test that a living key passes no proof.
func (s *Service) ProveRefused(ctx context.Context, unit models.BusinessUnit, accessKeyID string) error {
	return s.proveRefused(ctx, unit, accessKeyID)
}
