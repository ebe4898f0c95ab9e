package store

import (
	"context"
	"slices"
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

// RecordDownload keeps that one placed file was given out. Where count says so it
// counts on its placement already. ErrStale says that the file left SEA meanwhile.
func (s *Store) RecordDownload(ctx context.Context, download models.Download, count bool) error {
	at, downloads := download.At.UTC(), 0
	var first *time.Time
	if count {
		downloads, first = 1, &at
	}
	result := s.wdb(ctx).Model(&models.Placement{}).
		Where("business_unit_id = ? AND id = ? AND state = ?", download.UnitID, download.PlacementID, models.PlacementPlaced).
		Updates(map[string]any{
			"downloads":           gorm.Expr("downloads + ?", downloads),
			"first_downloaded_at": gorm.Expr("COALESCE(first_downloaded_at, ?)", first),
		})
	if err := changedOne(result); err != nil {
		return wrap(err, "count download of placement %d", download.PlacementID)
	}
	return wrap(s.wdb(ctx).Create(&download).Error, "record download of placement %d", download.PlacementID)
}

// DownloadsQuery selects receipts of one placement, newest first.
type DownloadsQuery struct {
	UnitID, PlacementID int64
	After               int64 // the page of older ones: smaller ids
	Before              int64 // the page of newer ones: larger ids
	Limit               int
}

// Downloads gives one page, newest first.
func (s *Store) Downloads(ctx context.Context, q DownloadsQuery) ([]models.Download, error) {
	var rows []models.Download
	db := s.db(ctx).Where("business_unit_id = ? AND placement_id = ?", q.UnitID, q.PlacementID).Limit(q.Limit)
	if q.Before != 0 { // the page just above a row is read upwards and turned round
		err := db.Where("id > ?", q.Before).Order("id").Find(&rows).Error
		slices.Reverse(rows)
		return rows, wrap(err, "read downloads of placement %d", q.PlacementID)
	}
	if q.After != 0 {
		db = db.Where("id < ?", q.After)
	}
	return rows, wrap(db.Order("id DESC").Find(&rows).Error, "read downloads of placement %d", q.PlacementID)
}

// LastDownloads gives when a file of each unit was last fetched, by unit id. A
// unit without downloads is not in it. It looks up one row a unit, however many
// downloads there are.
func (s *Store) LastDownloads(ctx context.Context) (map[int64]time.Time, error) {
	var rows []models.Download
	err := s.db(ctx).Raw(`SELECT d.business_unit_id, d.at FROM business_units u JOIN downloads d ON d.id =
		(SELECT id FROM downloads WHERE business_unit_id = u.id ORDER BY at DESC LIMIT 1)`).Scan(&rows).Error
	byUnit := make(map[int64]time.Time, len(rows))
	for _, row := range rows {
		byUnit[row.UnitID] = row.At
	}
	return byUnit, wrap(err, "read last downloads")
}
