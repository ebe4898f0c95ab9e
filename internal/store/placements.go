package store

import (
	"context"
	"strings"
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

// PlacedFiles tells which of those files have a placement, of whatever state.
func (s *Store) PlacedFiles(ctx context.Context, fileIDs []int64) (map[int64]bool, error) {
	var found []int64
	err := s.db(ctx).Model(&models.Placement{}).Where("file_id IN ?", fileIDs).Pluck("file_id", &found).Error
	placed := make(map[int64]bool, len(found))
	for _, id := range found {
		placed[id] = true
	}
	return placed, wrap(err, "read placements of %d files", len(fileIDs))
}

// PlacementStates gives the states of the placements of those files, by file.
func (s *Store) PlacementStates(ctx context.Context, fileIDs []int64) (map[int64]models.PlacementState, error) {
	rows, err := gorm.G[models.Placement](s.read).Select("file_id", "state").Where("file_id IN ?", fileIDs).Find(ctx)
	states := make(map[int64]models.PlacementState, len(rows))
	for _, row := range rows {
		states[row.FileID] = row.State
	}
	return states, wrap(err, "read states of %d files", len(fileIDs))
}

// InsertPlacements inserts new placements, and fills in their
// ids. A file that has one already makes it fault.Conflict: the unique index on
// the file is what makes once-only true.
func (s *Store) InsertPlacements(ctx context.Context, rows []models.Placement) error {
	return wrap(s.wdb(ctx).CreateInBatches(rows, insertBatch).Error, "insert %d placements", len(rows))
}

// TakenTargets tells which of those keys below the unit's SEA prefix no other
// file may get now: they stand in the location, or are about to, or a presigned
// URL for the file that stood there still works.
func (s *Store) TakenTargets(ctx context.Context, unitID int64, keys []string, now time.Time) (map[string]bool, error) {
	return s.targets(ctx, unitID, keys, standing, where("presigned_until > ?", now))
}

// TargetsSince tells which of those keys below the unit's SEA prefix a placement
// holds, or has held until a time or later.
func (s *Store) TargetsSince(ctx context.Context, unitID int64, keys []string, since time.Time) (map[string]bool, error) {
	return s.targets(ctx, unitID, keys, standing, where("removed_at >= ?", since))
}

// targets tells which of those keys placements have that are one thing or the
// other, each asked by itself, for each has an index of its own.
func (s *Store) targets(ctx context.Context, unitID int64, keys []string, either ...func(*gorm.DB) *gorm.DB) (map[string]bool, error) {
	taken := map[string]bool{}
	for _, held := range either {
		var found []string
		err := s.db(ctx).Scopes(underKeys(unitID, keys), held).Pluck("sea_key", &found).Error
		if err != nil {
			return nil, wrap(err, "read targets of unit %d", unitID)
		}
		for _, key := range found {
			taken[key] = true
		}
	}
	return taken, nil
}

// underKeys is of the placements of a unit that have one of those SEA keys. The
// cross join makes SQLite look each key up: it would take IN a long list for
// more than all files of the unit, whose number it does not know, and look
// through those.
func underKeys(unitID int64, keys []string) func(*gorm.DB) *gorm.DB {
	wanted := gorm.Expr("SELECT NULL AS column1")
	if len(keys) > 0 {
		vars := make([]any, len(keys))
		for i, key := range keys {
			vars[i] = key
		}
		wanted = gorm.Expr("VALUES (?)"+strings.Repeat(",(?)", len(keys)-1), vars...)
	}
	return func(db *gorm.DB) *gorm.DB {
		return db.Table("(?) AS wanted CROSS JOIN placements", wanted).
			Where("business_unit_id = ? AND sea_key = column1", unitID)
	}
}

var standing = where(inLocation)

func where(text string, values ...any) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB { return db.Where(text, values...) }
}

// inLocation is of placements that hold their key in SEA, in the words of the
// index placements_target: with the states as parameters, SQLite and PostgreSQL
// cannot tell that they may use it, and look through the whole unit.
const inLocation = "state IN ('placing','placed','removing')"

// KeepTarget keeps a placed file's key from other files until then, or longer
// where that was said before. It returns ErrStale when the file is not in SEA
// any more.
func (s *Store) KeepTarget(ctx context.Context, p models.Placement, until time.Time) error {
	return wrap(s.moveOne(ctx, p, models.PlacementPlaced, map[string]any{
		"presigned_until": gorm.Expr("CASE WHEN presigned_until > ? THEN presigned_until ELSE ? END", until, until),
	}), "keep the target of placement %d", p.ID)
}

// RestartPlacing records the intent to try a queued placement again: the
// target's key, the rule's version, when, by whom and until when. It returns ErrStale
// when the row is no longer queued.
func (s *Store) RestartPlacing(ctx context.Context, p models.Placement) error {
	return wrap(s.moveOne(ctx, p, models.PlacementQueued, map[string]any{
		"state": models.PlacementPlacing, "sea_key": p.SEAKey, "owner": p.Owner, "lease_until": p.LeaseUntil,
		"rule_version": p.RuleVersion, "action": p.Action, "key_arn": p.KeyARN,
		"queued_at": p.QueuedAt, "next_attempt_at": nil,
	}), "restart placement %d", p.ID)
}

// TakeOver makes an owner that of placements that are being placed, until a time
// for which nobody else works on them. It gives the ids of those that were being
// placed: what their owner from before records of them is stale from now on.
func (s *Store) TakeOver(ctx context.Context, unitID int64, ids []int64, owner string, until time.Time) ([]int64, error) {
	taken, err := s.move(ctx, unitID, ids, models.PlacementPlacing, map[string]any{"owner": owner, "lease_until": until})
	return taken, wrap(err, "take over %d placements", len(ids))
}

// Retarget gives a placement that its owner places another target key.
func (s *Store) Retarget(ctx context.Context, p models.Placement) error {
	return wrap(s.moveOwn(ctx, p, map[string]any{"sea_key": p.SEAKey}), "retarget placement %d", p.ID)
}

// Correct records what a copy really is where that is not what was catalogued.
func (s *Store) Correct(ctx context.Context, p models.Placement) error {
	return wrap(s.moveOwn(ctx, p, map[string]any{
		"size": p.Size, "checksum": p.Checksum, "content_type": p.ContentType, "key_arn": p.KeyARN,
	}), "correct placement %d", p.ID)
}

// MarkPlaced records verified copies of a unit, all with the like's times, way
// of verification and state of the source. It gives the ids of those that the
// like's owner was placing, which are now placed.
func (s *Store) MarkPlaced(ctx context.Context, ids []int64, like models.Placement) ([]int64, error) {
	changed, err := s.move(ctx, like.UnitID, ids, models.PlacementPlacing, map[string]any{
		"state": models.PlacementPlaced, "placed_at": like.PlacedAt, "expires_at": like.ExpiresAt,
		"verified_by": like.VerifiedBy, "source_state": like.SourceState,
		"last_error": "", "owner": "", "lease_until": nil,
	}, where("owner = ?", like.Owner))
	return changed, wrap(err, "record %d placements", len(ids))
}

// Requeue records an attempt that failed and when the next one comes.
func (s *Store) Requeue(ctx context.Context, p models.Placement) error {
	return wrap(s.moveOwn(ctx, p, map[string]any{
		"state": models.PlacementQueued, "attempts": p.Attempts, "outages": p.Outages, "last_error": p.LastError,
		"next_attempt_at": p.NextAttemptAt, "owner": "", "lease_until": nil,
	}), "requeue placement %d", p.ID)
}

// Suspend records that nobody works on a placement whose copy may stand, and
// why it is not known: it goes on being placed, and holds its target's key.
func (s *Store) Suspend(ctx context.Context, p models.Placement) error {
	return wrap(s.moveOwn(ctx, p, map[string]any{
		"attempts": p.Attempts, "outages": p.Outages, "last_error": p.LastError, "next_attempt_at": p.NextAttemptAt,
		"owner": "", "lease_until": nil,
	}), "suspend placement %d", p.ID)
}

// MarkFailed records that a placement is given up, and why.
func (s *Store) MarkFailed(ctx context.Context, p models.Placement) error {
	return wrap(s.moveOwn(ctx, p, map[string]any{
		"state": models.PlacementFailed, "attempts": p.Attempts, "outages": p.Outages, "last_error": p.LastError,
		"source_state": p.SourceState, "owner": "", "lease_until": nil,
	}), "fail placement %d", p.ID)
}

// QueuedOfDeleted gives queued placements of a unit whose rule was deleted.
func (s *Store) QueuedOfDeleted(ctx context.Context, unitID int64, limit int) ([]models.Placement, error) {
	deleted := s.db(ctx).Model(&models.Rule{}).Select("id").Where("business_unit_id = ? AND state = ?", unitID, models.RuleDeleted)
	rows, err := gorm.G[models.Placement](s.read).
		Where("business_unit_id = ? AND state = ? AND rule_id IN (?)", unitID, models.PlacementQueued, deleted).
		Order("id").Limit(limit).Find(ctx)
	return rows, wrap(err, "read what deleted rules of unit %d queued", unitID)
}

// MissQueued ends queued placements as missed, and gives the ids of those that
// were queued still.
func (s *Store) MissQueued(ctx context.Context, unitID int64, ids []int64, source models.SourceState, reason string) ([]int64, error) {
	missed, err := s.move(ctx, unitID, ids, models.PlacementQueued, map[string]any{
		"state": models.PlacementFailed, "source_state": source, "last_error": reason, "next_attempt_at": nil,
	})
	return missed, wrap(err, "end %d queued placements", len(ids))
}

// Retry queues failed placements again, as if for the first time, and gives the
// ids of those that had failed.
func (s *Store) Retry(ctx context.Context, unitID int64, ids []int64) ([]int64, error) {
	changed, err := s.move(ctx, unitID, ids, models.PlacementFailed, map[string]any{
		"state": models.PlacementQueued, "attempts": 0, "outages": 0, "next_attempt_at": nil, "sea_key": "",
		"source_state": models.SourceKept,
	})
	return changed, wrap(err, "retry %d placements", len(ids))
}

// SettleSources records what became of the sources of moves, and gives the ids
// of those that were not settled before.
func (s *Store) SettleSources(ctx context.Context, ids []int64, like models.Placement) ([]int64, error) {
	var changed []models.Placement
	err := s.wdb(ctx).Model(&changed).Clauses(returnID).
		Where("business_unit_id = ? AND id IN ? AND source_state IN ?",
			like.UnitID, ids, []models.SourceState{models.SourceKept, models.SourceDeleting}).
		Updates(map[string]any{
			"source_state": like.SourceState, "source_deleted_at": like.SourceDeletedAt,
			"last_error": gorm.Expr("CASE WHEN state = ? THEN '' ELSE last_error END", models.PlacementPlaced),
		}).Error
	return placementIDs(changed), wrap(err, "settle %d sources", len(ids))
}

// KeepSources records why the sources of placed moves could not be deleted.
func (s *Store) KeepSources(ctx context.Context, ids []int64, like models.Placement) error {
	_, err := s.move(ctx, like.UnitID, ids, models.PlacementPlaced, map[string]any{"last_error": like.LastError}, where("last_error <> ?", like.LastError))
	return wrap(err, "record %d sources that stay", len(ids))
}

// StartRemoving records the intent to remove placed files that are not on
// hold, all for the like's reason, and gives the ids of those.
func (s *Store) StartRemoving(ctx context.Context, ids []int64, like models.Placement) ([]int64, error) {
	var changed []models.Placement
	err := s.wdb(ctx).Model(&changed).Clauses(returnID).
		Where("business_unit_id = ? AND id IN ? AND state = ? AND held = ?", like.UnitID, ids, models.PlacementPlaced, false).
		Updates(map[string]any{
			"state": models.PlacementRemoving, "remove_reason": like.RemoveReason,
			"removed_by": like.RemovedBy, "removed_from": like.RemovedFrom, "last_error": "",
			"owner": like.Owner, "lease_until": like.LeaseUntil,
		}).Error
	return placementIDs(changed), wrap(err, "start removal of %d placements", len(ids))
}

// RefuseRemoval records why files that are to be removed could not be, by whom
// that was tried, and until when nobody else need try.
func (s *Store) RefuseRemoval(ctx context.Context, ids []int64, like models.Placement) error {
	_, err := s.move(ctx, like.UnitID, ids, models.PlacementRemoving, map[string]any{
		"last_error": like.LastError, "owner": like.Owner, "lease_until": like.LeaseUntil,
	})
	return wrap(err, "record %d refused removals", len(ids))
}

// MarkRemoved records that files have left SEA at the like's time, and gives
// the ids of those that were in that state before: placed where somebody else
// removed them, and removing where the portal did. Reason and remover are
// recorded where the like has them, else they stay as intended.
func (s *Store) MarkRemoved(ctx context.Context, ids []int64, from models.PlacementState, like models.Placement) ([]int64, error) {
	set := map[string]any{
		"state": models.PlacementRemoved, "removed_at": like.RemovedAt, "last_error": "", "owner": "", "lease_until": nil,
	}
	if like.RemoveReason != "" {
		set["remove_reason"], set["removed_by"], set["removed_from"] = like.RemoveReason, like.RemovedBy, like.RemovedFrom
	}
	changed, err := s.move(ctx, like.UnitID, ids, from, set)
	return changed, wrap(err, "record removal of %d placements", len(ids))
}

// returnID makes an UPDATE tell which rows it changed.
var returnID = clause.Returning{Columns: []clause.Column{{Name: "id"}}}

// move is the compare-and-set that every change of state goes through. It gives
// the ids of the rows that were in the state, and as else is asked.
func (s *Store) move(
	ctx context.Context, unitID int64, ids []int64, from models.PlacementState, set map[string]any, and ...func(*gorm.DB) *gorm.DB,
) ([]int64, error) {
	var changed []models.Placement
	err := s.wdb(ctx).Model(&changed).Clauses(returnID).Scopes(and...).
		Where("business_unit_id = ? AND id IN ? AND state = ?", unitID, ids, from).Updates(set).Error
	return placementIDs(changed), err
}

// moveOne is move of one row, ErrStale when it was in another state.
func (s *Store) moveOne(
	ctx context.Context, p models.Placement, from models.PlacementState, set map[string]any, and ...func(*gorm.DB) *gorm.DB,
) error {
	changed, err := s.move(ctx, p.UnitID, []int64{p.ID}, from, set, and...)
	if err == nil && len(changed) == 0 {
		return ErrStale
	}
	return err
}

// moveOwn is moveOne of a row that is being placed, ErrStale when another owner
// took it over.
func (s *Store) moveOwn(ctx context.Context, p models.Placement, set map[string]any) error {
	return s.moveOne(ctx, p, models.PlacementPlacing, set, where("owner = ?", p.Owner))
}

func placementIDs(rows []models.Placement) []int64 {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids
}
