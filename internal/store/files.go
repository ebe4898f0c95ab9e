package store

import (
	"context"
	"maps"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"seaportal/models"
)

// ofUnit is the condition for files that are found by their ids, or by their
// rule. The plus keeps SQLite from looking for them among all files of the unit,
// which it prefers to a long list of ids: it knows nothing of their number.
const ofUnit = "+business_unit_id = ?"

// File gives one file of a unit; fault.NotFound for another unit's.
func (s *Store) File(ctx context.Context, unitID, id int64) (models.File, error) {
	file, err := gorm.G[models.File](s.read).Where("business_unit_id = ? AND id = ?", unitID, id).First(ctx)
	return file, wrap(err, "read file %d", id)
}

// FilesByID gives the files of a unit with those ids, in no order.
func (s *Store) FilesByID(ctx context.Context, unitID int64, ids []int64) ([]models.File, error) {
	files, err := gorm.G[models.File](s.read).Where(ofUnit+" AND id IN ?", unitID, ids).Find(ctx)
	return files, wrap(err, "read %d files", len(ids))
}

// CatalogueEntry is what a scan compares of a current file.
type CatalogueEntry struct {
	ID           int64
	Key          string
	ETag         string
	Size         int64
	StorageClass string
	LastModified time.Time
	FirstSeen    time.Time
}

// Catalogue gives the files that are in active storage, in byte order of their
// keys, from after a key on. It reads only what a scan needs, without gorm's
// reflection: a scan reads every file of a unit.
func (s *Store) Catalogue(ctx context.Context, unitID int64, after string, limit int) ([]CatalogueEntry, error) {
	rows, err := s.db(ctx).Model(&models.File{}).
		Select("id, key, etag, size, storage_class, last_modified, first_seen").
		Where("business_unit_id = ? AND gone_at IS NULL AND key > ?", unitID, after).
		Order("key").Limit(limit).Rows()
	if err != nil {
		return nil, wrap(err, "read catalogue of unit %d", unitID)
	}
	defer func() { _ = rows.Close() }()
	entries := make([]CatalogueEntry, 0, limit)
	for rows.Next() {
		var e CatalogueEntry
		if err := rows.Scan(&e.ID, &e.Key, &e.ETag, &e.Size, &e.StorageClass, &e.LastModified, &e.FirstSeen); err != nil {
			return nil, wrap(err, "read catalogue of unit %d", unitID)
		}
		entries = append(entries, e)
	}
	return entries, wrap(rows.Err(), "read catalogue of unit %d", unitID)
}

// CurrentFilesByKey gives the files that are in active storage under those keys.
func (s *Store) CurrentFilesByKey(ctx context.Context, unitID int64, keys []string) ([]models.File, error) {
	files, err := gorm.G[models.File](s.read).
		Where("business_unit_id = ? AND gone_at IS NULL AND key IN ?", unitID, keys).Find(ctx)
	return files, wrap(err, "read %d keys of unit %d", len(keys), unitID)
}

// SaveSeen records files of one unit as they were just seen in active storage:
// new content becomes a new file, known content is current again, and other
// content under the same keys is gone. Claims and placements stay, but known
// content may say other things of itself now: it is offered, and held against
// the rule that claimed it, once more. Call it in Tx, with each key once.
func (s *Store) SaveSeen(ctx context.Context, unitID int64, seen []models.File, now time.Time) error {
	keys := make([]string, len(seen))
	for i, file := range seen {
		keys[i] = file.Key
	}
	err := s.wdb(ctx).Model(&models.File{}).
		Where("business_unit_id = ? AND gone_at IS NULL AND key IN ?", unitID, keys).
		Update("gone_at", now).Error
	if err != nil {
		return wrap(err, "replace %d files", len(seen))
	}
	err = s.wdb(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "business_unit_id"}, {Name: "key"}, {Name: "etag"}},
		DoUpdates: append(
			clause.AssignmentColumns([]string{
				"size", "storage_class", "checksum", "media_type", "attributes", "headers", "last_modified",
			}),
			clause.Assignments(map[string]any{"gone_at": nil, "offered_to": 0, "rule_version": 0})...),
	}).CreateInBatches(seen, insertBatch).Error
	return wrap(err, "catalogue %d files", len(seen))
}

// MarkGone records that files are no longer in active storage.
func (s *Store) MarkGone(ctx context.Context, unitID int64, ids []int64, now time.Time) error {
	err := s.wdb(ctx).Model(&models.File{}).
		Where(ofUnit+" AND id IN ? AND gone_at IS NULL", unitID, ids).Update("gone_at", now).Error
	return wrap(err, "mark %d files as gone", len(ids))
}

// matched is what rules match on, and which file it is.
const matched = "id, business_unit_id, key, size, storage_class, media_type, attributes, last_modified"

// OpenFiles gives current files that no rule has claimed and that were not yet
// offered to the rules with that fingerprint.
func (s *Store) OpenFiles(ctx context.Context, unitID, rules int64, limit int) ([]models.File, error) {
	files, err := gorm.G[models.File](s.read).
		Select(matched).
		Where("business_unit_id = ? AND rule_id IS NULL AND gone_at IS NULL AND (offered_to < ? OR offered_to > ?)",
			unitID, rules, rules).
		Limit(limit).Find(ctx)
	return files, wrap(err, "read open files of unit %d", unitID)
}

// StillAs tells by their ids which files rules would match on as they did when
// these were read. Call it in Tx: to its end, they say nothing else of themselves.
func (s *Store) StillAs(ctx context.Context, unitID int64, read []models.File) (map[int64]bool, error) {
	ids, was := make([]int64, len(read)), make(map[int64]models.File, len(read))
	for i, file := range read {
		ids[i], was[file.ID] = file.ID, file
	}
	var now []models.File
	err := s.db(ctx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Select(matched).
		Where(ofUnit+" AND id IN ?", unitID, ids).Find(&now).Error
	still := make(map[int64]bool, len(now))
	for _, is := range now {
		before := was[is.ID]
		still[is.ID] = is.Attributes == before.Attributes && is.MediaType == before.MediaType && is.Size == before.Size &&
			is.StorageClass == before.StorageClass && is.LastModified.Equal(before.LastModified)
	}
	maps.DeleteFunc(still, func(_ int64, same bool) bool { return !same })
	return still, wrap(err, "read %d files of unit %d again", len(read), unitID)
}

// Unjudged tells which of those files of a unit were not held against their rule
// since they last said something of themselves. Call it in Tx: to its end, they say
// nothing else.
func (s *Store) Unjudged(ctx context.Context, unitID int64, ids []int64) (map[int64]bool, error) {
	var rows []models.File
	err := s.db(ctx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Select("id", "rule_version").
		Where(ofUnit+" AND id IN ?", unitID, ids).Find(&rows).Error
	unjudged := make(map[int64]bool)
	for _, row := range rows {
		if row.RuleVersion == 0 {
			unjudged[row.ID] = true
		}
	}
	return unjudged, wrap(err, "read whether %d files are judged", len(ids))
}

// Offered records that files were offered to the rules with that fingerprint.
func (s *Store) Offered(ctx context.Context, unitID, rules int64, ids []int64) error {
	err := s.wdb(ctx).Model(&models.File{}).Where(ofUnit+" AND id IN ?", unitID, ids).
		Update("offered_to", rules).Error
	return wrap(err, "offer %d files of unit %d", len(ids), unitID)
}

// Claim makes a rule manage those of the files that no rule manages yet, and
// tells how many these were. A claim is permanent.
func (s *Store) Claim(ctx context.Context, rule models.Rule, ids []int64, now time.Time) (int64, error) {
	result := s.wdb(ctx).Model(&models.File{}).
		Where(ofUnit+" AND id IN ? AND rule_id IS NULL", rule.UnitID, ids).
		Updates(map[string]any{"rule_id": rule.ID, "rule_version": rule.Version, "claimed_at": now, "excluded": false})
	return result.RowsAffected, wrap(result.Error, "claim %d files for rule %d", len(ids), rule.ID)
}

// waiting are the files that a rule manages, that are in active storage and
// have never been queued.
func waiting(db *gorm.DB, rule models.Rule) *gorm.DB {
	return db.Model(&models.File{}).
		Where(ofUnit+" AND rule_id = ? AND processed_at IS NULL AND gone_at IS NULL", rule.UnitID, rule.ID)
}

// UnjudgedFiles gives waiting files of a rule that were last held against
// another version of it.
func (s *Store) UnjudgedFiles(ctx context.Context, rule models.Rule, limit int) ([]models.File, error) {
	var files []models.File
	err := waiting(s.db(ctx), rule).Where("rule_version <> ?", rule.Version).Limit(limit).Find(&files).Error
	return files, wrap(err, "read unjudged files of rule %d", rule.ID)
}

// Judge records whether files that a rule manages match its current version.
func (s *Store) Judge(ctx context.Context, rule models.Rule, ids []int64, matches bool) error {
	err := s.wdb(ctx).Model(&models.File{}).Where(ofUnit+" AND +rule_id = ? AND id IN ?", rule.UnitID, rule.ID, ids).
		Updates(map[string]any{"rule_version": rule.Version, "excluded": !matches}).Error
	return wrap(err, "judge %d files of rule %d", len(ids), rule.ID)
}

// DueFiles gives waiting files of a rule, judged by its current version, that
// were stored at or before a time and lie in active storage, longest stored
// first.
func (s *Store) DueFiles(ctx context.Context, rule models.Rule, storedBy time.Time, limit int) ([]models.File, error) {
	var files []models.File
	err := waiting(s.db(ctx), rule).Select("id, key, etag, size, checksum, headers, storage_class, last_modified").
		Where("rule_version = ? AND excluded = ? AND last_modified <= ?", rule.Version, false, storedBy).
		Where("storage_class NOT IN ?", models.LongTermClasses).
		Order("last_modified").Limit(limit).Find(&files).Error
	return files, wrap(err, "read due files of rule %d", rule.ID)
}

// MarkProcessed records that files were queued, or can never be.
func (s *Store) MarkProcessed(ctx context.Context, unitID int64, ids []int64, now time.Time) error {
	err := s.wdb(ctx).Model(&models.File{}).Where(ofUnit+" AND id IN ?", unitID, ids).
		Update("processed_at", now).Error
	return wrap(err, "mark %d files as processed", len(ids))
}

// CountDue counts the waiting files of a rule that were stored at or before a
// time and lie in active storage, and their bytes.
func (s *Store) CountDue(ctx context.Context, rule models.Rule, storedBy time.Time) (files, bytes int64, err error) {
	err = waiting(s.db(ctx), rule).Select("COUNT(*), COALESCE(SUM(size), 0)").
		Where("excluded = ? AND last_modified <= ? AND storage_class NOT IN ?", false, storedBy, models.LongTermClasses).
		Row().Scan(&files, &bytes)
	return files, bytes, wrap(err, "count due files of rule %d", rule.ID)
}
