package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"seaportal/models"
)

// AcquireLease gives owner the named lease until a time, unless another owner
// holds it now. An owner that has it already prolongs it.
func (s *Store) AcquireLease(ctx context.Context, name, owner string, now, until time.Time) (bool, error) {
	result := s.wdb(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "name"}},
		DoUpdates: clause.Assignments(map[string]any{"owner": owner, "until": until}),
		Where: clause.Where{Exprs: []clause.Expression{
			clause.Expr{SQL: "leases.owner = ? OR leases.until <= ?", Vars: []any{owner, now}},
		}},
	}).Create(&models.Lease{Name: name, Owner: owner, Until: until})
	return result.RowsAffected == 1, wrap(result.Error, "acquire lease %s", name)
}

// ReleaseLease ends a lease that owner holds.
func (s *Store) ReleaseLease(ctx context.Context, name, owner string) error {
	err := s.wdb(ctx).Where("name = ? AND owner = ?", name, owner).Delete(&models.Lease{}).Error
	return wrap(err, "release lease %s", name)
}

// DropLeases ends every lease. Only a process that knows to be the only one on
// the database may call it.
func (s *Store) DropLeases(ctx context.Context) error {
	return wrap(s.wdb(ctx).Where("1 = 1").Delete(&models.Lease{}).Error, "drop leases")
}
