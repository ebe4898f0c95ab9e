package store

import (
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"

	"seaportal/models"
)

// historyLock serialises appends on PostgreSQL: the chain needs one order. The
// number only has to be ours. On SQLite the write connection is the lock.
const historyLock = 7_303_015

// HistoryHead gives the id and hash of the last row, and keeps every other
// transaction from appending until this one ends. Call it inside Tx, late.
func (s *Store) HistoryHead(ctx context.Context) (int64, string, error) {
	if s.dialect == Postgres {
		if err := s.wdb(ctx).Exec("SELECT pg_advisory_xact_lock(?)", historyLock).Error; err != nil {
			return 0, "", wrap(err, "lock history")
		}
	}
	last, err := gorm.G[models.History](s.write).Order("id DESC").Select("id", "hash").First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, "", nil
	}
	return last.ID, last.Hash, wrap(err, "read end of history")
}

// AppendHistory inserts finished rows.
func (s *Store) AppendHistory(ctx context.Context, rows []models.History) error {
	return wrap(s.wdb(ctx).CreateInBatches(rows, insertBatch).Error, "append %d rows to history", len(rows))
}

// HistoryQuery selects rows, newest first. Zero fields do not narrow it.
type HistoryQuery struct {
	UnitID     int64
	ObjectKind string
	ObjectID   int64
	Before     int64 // rows with a smaller id
	After      int64 // rows with a larger id: the page of newer ones
	Limit      int
}

// HistoryPage gives one page, newest first.
func (s *Store) HistoryPage(ctx context.Context, q HistoryQuery) ([]models.History, error) {
	db := s.db(ctx).Limit(q.Limit)
	if q.UnitID != 0 {
		db = db.Where("business_unit_id = ?", q.UnitID)
	}
	if q.ObjectKind != "" {
		db = db.Where("object_kind = ? AND object_id = ?", q.ObjectKind, q.ObjectID)
	}
	var rows []models.History
	if q.After != 0 { // the page just above a row is read upwards and turned round
		err := db.Where("id > ?", q.After).Order("id").Find(&rows).Error
		slices.Reverse(rows)
		return rows, wrap(err, "read history")
	}
	if q.Before != 0 {
		db = db.Where("id < ?", q.Before)
	}
	return rows, wrap(db.Order("id DESC").Find(&rows).Error, "read history")
}

// LastEvent gives the newest row that tells of an action on an object, or
// fault.NotFound.
func (s *Store) LastEvent(ctx context.Context, kind string, id int64, action string) (models.History, error) {
	row, err := gorm.G[models.History](s.read).
		Where("object_kind = ? AND object_id = ? AND action = ?", kind, id, action).Order("id DESC").First(ctx)
	return row, wrap(err, "read last %s of %s %d", action, kind, id)
}

// HistoryFrom gives up to limit rows of the whole log after an id, oldest
// first, for verification and export.
func (s *Store) HistoryFrom(ctx context.Context, after int64, limit int) ([]models.History, error) {
	rows, err := gorm.G[models.History](s.read).Where("id > ?", after).Order("id").Limit(limit).Find(ctx)
	return rows, wrap(err, "read history from %d", after)
}
