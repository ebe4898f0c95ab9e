package store

import (
	"context"

	"gorm.io/gorm"

	"seaportal/models"
)

// AllowAddresses writes the address ranges that a unit's set may be used from,
// and that its policy has to follow, if the unit still has the lock version
// that the person saw; else it gives ErrStale.
func (s *Store) AllowAddresses(ctx context.Context, unit models.BusinessUnit) error {
	result := s.wdb(ctx).Model(&models.BusinessUnit{}).
		Where("id = ? AND lock_version = ?", unit.ID, unit.LockVersion).
		Updates(map[string]any{
			"allowed_addresses": unit.AllowedAddresses, "policy_wanted": gorm.Expr("policy_wanted + 1"),
			"lock_version": gorm.Expr("lock_version + 1"),
		})
	return wrap(changedOne(result), "change allowed addresses of business unit %d", unit.ID)
}

// PolicyApplied keeps that the IAM policy of a unit is as it was wanted when
// unit was read. It tells whether that was news.
func (s *Store) PolicyApplied(ctx context.Context, unit models.BusinessUnit) (bool, error) {
	result := s.wdb(ctx).Model(&models.BusinessUnit{}).
		Where("id = ? AND policy_done < ?", unit.ID, unit.PolicyWanted).Update("policy_done", unit.PolicyWanted)
	return result.RowsAffected == 1, wrap(result.Error, "note policy of business unit %d", unit.ID)
}

// UnitsWithPendingPolicy gives the units with a location whose policy does not
// hold their allowed addresses yet, by id.
func (s *Store) UnitsWithPendingPolicy(ctx context.Context) ([]models.BusinessUnit, error) {
	units, err := gorm.G[models.BusinessUnit](s.read).
		Where("policy_done < policy_wanted AND sea_bucket IS NOT NULL").Order("id").Find(ctx)
	return units, wrap(err, "list business units with a pending policy")
}
