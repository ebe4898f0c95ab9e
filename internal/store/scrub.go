package store

import (
	"context"
	"errors"

	"seaportal/models"
)

// ErrBusy says that others use the database so much that it cannot be tidied up.
var ErrBusy = errors.New("the database is in use without a break, so that what was replaced is still in its log")

// ScrubSecrets removes from the database's files what sealed secrets and sealing
// keys were before. SQLite has overwritten them in the file, and has to let go of
// its write-ahead log; PostgreSQL writes the tables, which are small, anew. What
// PostgreSQL's own log and any backup keep, they keep. ErrBusy: try again.
func (s *Store) ScrubSecrets(ctx context.Context) error {
	if s.dialect == SQLite {
		var busy struct{ Busy int }
		err := s.wdb(ctx).Raw("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy).Error
		if err == nil && busy.Busy != 0 {
			err = ErrBusy
		}
		return wrap(err, "let go of the write-ahead log")
	}
	tables := []string{"sealing_keys"}
	for _, column := range models.SealedColumns {
		tables = append(tables, column.Table)
	}
	for _, table := range tables {
		if err := s.wdb(ctx).Exec("VACUUM FULL " + table).Error; err != nil {
			return wrap(err, "write %s anew", table)
		}
	}
	return nil
}
