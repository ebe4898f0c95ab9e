package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// PlacedFile gives a placement of a unit that stands in SEA, or
// fault.NotFound: other states and other units' are not there for a download.
func (s *Store) PlacedFile(ctx context.Context, unitID, placementID int64) (models.Placement, error) {
	placement, err := gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND id = ? AND state = ?", unitID, placementID, models.PlacementPlaced).First(ctx)
	return placement, wrap(err, "read placed file %d", placementID)
}

// RecordDownload keeps that one placed file was given out, and counts it on its
// placement. ErrStale says that the file left SEA meanwhile.
func (s *Store) RecordDownload(ctx context.Context, download models.Download) error {
	at := download.At.UTC()
	result := s.wdb(ctx).Model(&models.Placement{}).
		Where("business_unit_id = ? AND id = ? AND state = ?", download.UnitID, download.PlacementID, models.PlacementPlaced).
		Updates(map[string]any{
			"downloads":           gorm.Expr("downloads + 1"),
			"first_downloaded_at": gorm.Expr("COALESCE(first_downloaded_at, ?)", at),
		})
	if err := changedOne(result); err != nil {
		return wrap(err, "count download of placement %d", download.PlacementID)
	}
	return wrap(s.wdb(ctx).Create(&download).Error, "record download of placement %d", download.PlacementID)
}

// LastDownloads gives when a file of each unit was last given out, by unit id.
// A unit without downloads is not in it.
func (s *Store) LastDownloads(ctx context.Context) (map[int64]time.Time, error) {
	rows, err := gorm.G[models.Download](s.read).
		Where("id IN (SELECT MAX(id) FROM downloads GROUP BY business_unit_id)").Find(ctx)
	byUnit := make(map[int64]time.Time, len(rows))
	for _, row := range rows {
		byUnit[row.UnitID] = row.At
	}
	return byUnit, wrap(err, "read last downloads")
}
