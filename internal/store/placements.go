package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"seaportal/models"
)

// Placement gives one placement of a unit; fault.NotFound for another unit's.
func (s *Store) Placement(ctx context.Context, unitID, id int64) (models.Placement, error) {
	placement, err := gorm.G[models.Placement](s.read).Where("business_unit_id = ? AND id = ?", unitID, id).First(ctx)
	return placement, wrap(err, "read placement %d", id)
}

// PlacementOfFile gives the placement of a file; fault.NotFound when it was
// never queued.
func (s *Store) PlacementOfFile(ctx context.Context, unitID, fileID int64) (models.Placement, error) {
	placement, err := gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND file_id = ?", unitID, fileID).First(ctx)
	return placement, wrap(err, "read placement of file %d", fileID)
}

// PlacementsByID gives the placements of a unit with those ids, by id.
func (s *Store) PlacementsByID(ctx context.Context, unitID int64, ids []int64) ([]models.Placement, error) {
	rows, err := gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND id IN ?", unitID, ids).Order("id").Find(ctx)
	return rows, wrap(err, "read %d placements", len(ids))
}

// Queue inserts new placements. A file that has one already keeps it: the
// unique index on the file is what makes once-only true.
func (s *Store) Queue(ctx context.Context, rows []models.Placement) error {
	err := s.wdb(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "file_id"}}, DoNothing: true}).
		CreateInBatches(rows, insertBatch).Error
	return wrap(err, "queue %d placements", len(rows))
}

// Startable gives queued placements of a unit by those rules whose next attempt
// has come, oldest first.
func (s *Store) Startable(ctx context.Context, unitID int64, ruleIDs []int64, now time.Time, limit int) ([]models.Placement, error) {
	rows, err := gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND state = ? AND rule_id IN ? AND (next_attempt_at IS NULL OR next_attempt_at <= ?)",
			unitID, models.PlacementQueued, ruleIDs, now).
		Order("id").Limit(limit).Find(ctx)
	return rows, wrap(err, "read queued placements of unit %d", unitID)
}

// TakenTargets tells which of those keys below the unit's SEA prefix stand, or
// are about to stand, in the location.
func (s *Store) TakenTargets(ctx context.Context, unitID int64, keys []string) (map[string]bool, error) {
	var found []string
	err := s.db(ctx).Model(&models.Placement{}).
		Where("business_unit_id = ? AND sea_key IN ? AND state IN ?", unitID, keys, inLocation).Pluck("sea_key", &found).Error
	taken := make(map[string]bool, len(found))
	for _, key := range found {
		taken[key] = true
	}
	return taken, wrap(err, "read targets of unit %d", unitID)
}

// inLocation are the states in which a placement holds its key in SEA.
var inLocation = []models.PlacementState{models.PlacementPlacing, models.PlacementPlaced, models.PlacementRemoving}

// StartPlacing records the intent to place: the target's key, by whom and until
// when. It returns ErrStale when the row is no longer queued.
func (s *Store) StartPlacing(ctx context.Context, p models.Placement) error {
	return wrap(s.move(ctx, p, models.PlacementQueued, map[string]any{
		"state": models.PlacementPlacing, "sea_key": p.SEAKey, "owner": p.Owner, "lease_until": p.LeaseUntil,
		"rule_version": p.RuleVersion, "action": p.Action,
	}), "start placement %d", p.ID)
}

// Retarget gives a placement that is being placed another target key.
func (s *Store) Retarget(ctx context.Context, p models.Placement) error {
	return wrap(s.move(ctx, p, models.PlacementPlacing, map[string]any{"sea_key": p.SEAKey}), "retarget placement %d", p.ID)
}

// MarkPlaced records the outcome of a verified copy.
func (s *Store) MarkPlaced(ctx context.Context, p models.Placement) error {
	return wrap(s.move(ctx, p, models.PlacementPlacing, map[string]any{
		"state": models.PlacementPlaced, "placed_at": p.PlacedAt, "expires_at": p.ExpiresAt, "size": p.Size,
		"checksum": p.Checksum, "verified_by": p.VerifiedBy, "content_type": p.ContentType,
		"source_state": p.SourceState, "last_error": "", "owner": "", "lease_until": nil,
	}), "record placement %d", p.ID)
}

// Requeue records an attempt that failed and when the next one comes.
func (s *Store) Requeue(ctx context.Context, p models.Placement) error {
	return wrap(s.move(ctx, p, models.PlacementPlacing, map[string]any{
		"state": models.PlacementQueued, "attempts": p.Attempts, "last_error": p.LastError,
		"next_attempt_at": p.NextAttemptAt, "owner": "", "lease_until": nil,
	}), "requeue placement %d", p.ID)
}

// MarkFailed records that a placement is given up, and why.
func (s *Store) MarkFailed(ctx context.Context, p models.Placement) error {
	return wrap(s.move(ctx, p, models.PlacementPlacing, map[string]any{
		"state": models.PlacementFailed, "attempts": p.Attempts, "last_error": p.LastError,
		"source_state": p.SourceState, "owner": "", "lease_until": nil,
	}), "fail placement %d", p.ID)
}

// Retry queues a failed placement again, as if for the first time.
func (s *Store) Retry(ctx context.Context, p models.Placement) error {
	return wrap(s.move(ctx, p, models.PlacementFailed, map[string]any{
		"state": models.PlacementQueued, "attempts": 0, "next_attempt_at": nil, "sea_key": "",
		"source_state": models.SourceKept,
	}), "retry placement %d", p.ID)
}

// SettleSource records what became, or is about to become, of a move's source.
func (s *Store) SettleSource(ctx context.Context, p models.Placement) error {
	result := s.wdb(ctx).Model(&models.Placement{}).
		Where("business_unit_id = ? AND id = ? AND source_state IN ?",
			p.UnitID, p.ID, []models.SourceState{models.SourceKept, models.SourceDeleting}).
		Updates(map[string]any{"source_state": p.SourceState, "source_deleted_at": p.SourceDeletedAt})
	return wrap(changedOne(result), "settle source of placement %d", p.ID)
}

// StartRemoving records the intent to remove a placed file.
func (s *Store) StartRemoving(ctx context.Context, p models.Placement) error {
	return wrap(s.move(ctx, p, models.PlacementPlaced, map[string]any{
		"state": models.PlacementRemoving, "remove_reason": p.RemoveReason, "removed_by": p.RemovedBy,
		"owner": p.Owner, "lease_until": p.LeaseUntil,
	}), "start removal of placement %d", p.ID)
}

// MarkRemoved records that a file has left SEA. from is placed where somebody
// else removed it, and removing where the portal did.
func (s *Store) MarkRemoved(ctx context.Context, p models.Placement, from models.PlacementState) error {
	return wrap(s.move(ctx, p, from, map[string]any{
		"state": models.PlacementRemoved, "removed_at": p.RemovedAt, "remove_reason": p.RemoveReason,
		"removed_by": p.RemovedBy, "last_error": "", "owner": "", "lease_until": nil,
	}), "record removal of placement %d", p.ID)
}

// move is the compare-and-set that every change of state goes through.
func (s *Store) move(ctx context.Context, p models.Placement, from models.PlacementState, set map[string]any) error {
	return changedOne(s.wdb(ctx).Model(&models.Placement{}).
		Where("business_unit_id = ? AND id = ? AND state = ?", p.UnitID, p.ID, from).Updates(set))
}
