package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// SetHeld says whether a hold keeps a placed file. It returns ErrStale unless
// the file is placed and stood the other way, so that a hold and a removal
// exclude each other.
func (s *Store) SetHeld(ctx context.Context, p models.Placement, held bool) error {
	result := s.wdb(ctx).Model(&models.Placement{}).
		Where("business_unit_id = ? AND id = ? AND state = ? AND held = ?", p.UnitID, p.ID, models.PlacementPlaced, !held).
		Update("held", held)
	return wrap(changedOne(result), "set hold of placement %d", p.ID)
}

// InsertHold records a hold.
func (s *Store) InsertHold(ctx context.Context, hold *models.Hold) error {
	return wrap(s.wdb(ctx).Create(hold).Error, "hold placement %d", hold.PlacementID)
}

// ReleaseHold ends the live hold of a placement.
func (s *Store) ReleaseHold(ctx context.Context, p models.Placement, at time.Time, by string) error {
	err := s.wdb(ctx).Model(&models.Hold{}).
		Where("business_unit_id = ? AND placement_id = ? AND released_at IS NULL", p.UnitID, p.ID).
		Updates(map[string]any{"released_at": at, "released_by": by}).Error
	return wrap(err, "release placement %d", p.ID)
}

// LiveHold gives the hold that keeps a file; fault.NotFound when none does.
func (s *Store) LiveHold(ctx context.Context, unitID, placementID int64) (models.Hold, error) {
	hold, err := gorm.G[models.Hold](s.read).
		Where("business_unit_id = ? AND placement_id = ? AND released_at IS NULL", unitID, placementID).First(ctx)
	return hold, wrap(err, "read hold of placement %d", placementID)
}
