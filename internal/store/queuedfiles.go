package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seaportal/models"
)

// queuedOf are the placements of a unit's rule that wait for another try. The plus
// keeps SQLite from going through all that the rule has ever placed.
const queuedOf = "business_unit_id = ? AND state = 'queued' AND +rule_id = ?"

// wanted is of queued placements whose files match their rule as far as it was
// held against them, and were stored at or before a time. A file that is gone is
// wanted too: its try is what finds that out.
func wanted(storedBy time.Time) func(*gorm.DB) *gorm.DB {
	return where(`EXISTS (SELECT 1 FROM files WHERE files.id = placements.file_id
		AND files.excluded = ? AND files.last_modified <= ?
		AND (files.gone_at IS NOT NULL OR files.storage_class NOT IN ?))`, false, storedBy, models.LongTermClasses)
}

// judged is of placements whose files were held against a version of their rule.
const judged = "EXISTS (SELECT 1 FROM files WHERE files.id = placements.file_id AND files.rule_version = ?)"

// Startable selects queued placements that may be tried now: of files that were
// stored at or before a time, last begun from a time on and before another; zero
// does not bound that.
type Startable struct {
	StoredBy, Now     time.Time
	BegunFrom, Before time.Time
}

// Startable gives queued placements of a rule whose next attempt has come, oldest
// first: those of files that were judged by the rule's current version and match
// it. The others wait.
func (s *Store) Startable(ctx context.Context, rule models.Rule, q Startable, limit int) ([]models.Placement, error) {
	db := s.db(ctx).Where(queuedOf, rule.UnitID, rule.ID).Scopes(wanted(q.StoredBy)).Where(judged, rule.Version).
		Where("next_attempt_at IS NULL OR next_attempt_at <= ?", q.Now)
	if !q.BegunFrom.IsZero() {
		db = db.Where("queued_at >= ?", q.BegunFrom)
	}
	if !q.Before.IsZero() {
		db = db.Where("queued_at < ?", q.Before)
	}
	var rows []models.Placement
	err := db.Order("id").Limit(limit).Find(&rows).Error
	return rows, wrap(err, "read queued placements of rule %d", rule.ID)
}

// CountQueued counts the queued placements of a rule whose files it wants placed,
// of what was stored at or before a time, and their bytes.
func (s *Store) CountQueued(ctx context.Context, rule models.Rule, storedBy time.Time) (files, bytes int64, err error) {
	err = s.db(ctx).Model(&models.Placement{}).Select("COUNT(*), COALESCE(SUM(size), 0)").
		Where(queuedOf, rule.UnitID, rule.ID).Scopes(wanted(storedBy)).Row().Scan(&files, &bytes)
	return files, bytes, wrap(err, "count queued placements of rule %d", rule.ID)
}

// UnjudgedQueued gives files whose placements a rule has queued and that were last
// held against another version of it.
func (s *Store) UnjudgedQueued(ctx context.Context, rule models.Rule, limit int) ([]models.File, error) {
	var files []models.File
	err := s.db(ctx).Where("id IN (SELECT file_id FROM placements WHERE "+queuedOf+")", rule.UnitID, rule.ID).
		Where("rule_version <> ?", rule.Version).Limit(limit).Find(&files).Error
	return files, wrap(err, "read unjudged files that rule %d queued", rule.ID)
}
