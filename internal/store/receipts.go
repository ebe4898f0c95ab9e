package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// PlacedUnder gives the id, key and size of the files of a unit that stand
// under those keys of its SEA location, by key. Files that left the location at
// or after an instant count too, where no other stands in their place.
func (s *Store) PlacedUnder(ctx context.Context, unitID int64, seaKeys []string, leftSince time.Time) (map[string]models.Placement, error) {
	found := make(map[string]models.Placement, len(seaKeys))
	var rows []models.Placement
	err := s.wdb(ctx).Select("id", "key", "sea_key", "size").
		Scopes(underKeys(unitID, seaKeys)).Where(inLocation).Find(&rows).Error
	if err != nil {
		return nil, wrap(err, "read %d files of unit %d", len(seaKeys), unitID)
	}
	for _, row := range rows {
		found[row.SEAKey] = row
	}
	if len(found) == len(seaKeys) {
		return found, nil
	}
	gone, err := gorm.G[models.Placement](s.write).Select("id", "key", "sea_key", "size").
		Where("business_unit_id = ? AND removed_at >= ? AND sea_key IN ?", unitID, leftSince.UTC(), seaKeys).
		Order("removed_at").Find(ctx)
	for _, row := range gone {
		if _, stands := found[row.SEAKey]; !stands {
			found[row.SEAKey] = row
		}
	}
	return found, wrap(err, "read files that left unit %d", unitID)
}

// InsertReceipts inserts receipts and sets their ids.
func (s *Store) InsertReceipts(ctx context.Context, rows []models.Download) error {
	if len(rows) == 0 {
		return nil
	}
	return wrap(s.wdb(ctx).CreateInBatches(rows, insertBatch).Error, "insert %d receipts", len(rows))
}

// ExtendReceipt adds requests and bytes to a receipt, and what else is known of
// it since: when the last of it was sent, and that it is complete.
func (s *Store) ExtendReceipt(ctx context.Context, more models.Download) error {
	err := s.wdb(ctx).Model(&models.Download{}).Where("id = ? AND business_unit_id = ?", more.ID, more.UnitID).Updates(map[string]any{
		"requests": gorm.Expr("requests + ?", more.Requests), "bytes": gorm.Expr("bytes + ?", more.Bytes),
		"complete": gorm.Expr("complete OR ?", more.Complete), "last_at": more.LastAt,
	}).Error
	return wrap(err, "extend receipt %d", more.ID)
}

// ReceiptByCounterfoil gives the receipt that stands for a presigned URL or for
// a link's ticket, or fault.NotFound.
func (s *Store) ReceiptByCounterfoil(ctx context.Context, counterfoil string) (models.Download, error) {
	row, err := gorm.G[models.Download](s.write).Where("counterfoil = ? AND counterfoil <> ''", counterfoil).First(ctx)
	return row, wrap(err, "read receipt of a presigned URL")
}

// DropReceipts takes back receipts of a unit for what was never sent.
func (s *Store) DropReceipts(ctx context.Context, unitID int64, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.wdb(ctx).Where("business_unit_id = ? AND id IN ?", unitID, ids).Delete(&models.Download{}).Error
	return wrap(err, "drop %d receipts", len(ids))
}

// CountReceipts counts each of those receipts once on its placement, at an
// instant.
func (s *Store) CountReceipts(ctx context.Context, ids []int64, at time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.wdb(ctx).Exec(`UPDATE placements
		SET downloads = placements.downloads + d.n, first_downloaded_at = COALESCE(placements.first_downloaded_at, ?)
		FROM (SELECT placement_id, COUNT(*) AS n FROM downloads WHERE id IN ? GROUP BY placement_id) AS d
		WHERE placements.id = d.placement_id`, at.UTC(), ids).Error
	return wrap(err, "count %d receipts", len(ids))
}
