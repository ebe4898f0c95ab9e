package credential

import (
	"context"
	"time"

	"seaportal/models"
)

// ProveRefused is for the test that a living key passes no proof.
func (s *Service) ProveRefused(ctx context.Context, unit models.BusinessUnit, accessKeyID string) error {
	_, _, err := s.proveRefused(ctx, unit, accessKeyID)
	return err
}

// SealUntil is for the test that a page gets too old.
func (b *Bundles) SealUntil(ctx context.Context, end time.Time, session string, unit models.BusinessUnit, issued Issued) (string, error) {
	return b.sealUntil(ctx, end, session, unit, issued)
}
