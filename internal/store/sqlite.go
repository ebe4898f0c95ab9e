package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	sqlite3 "modernc.org/sqlite"
	sqlite3lib "modernc.org/sqlite/lib"
)

const sqliteReaders = 4

// sqlitePragmas hold for each connection, which is why they stand in the DSN:
// a PRAGMA that is executed reaches one pooled connection only. FULL makes a
// commit durable before it is answered, and what is deleted or replaced is
// overwritten: else a secret that was sealed anew would still be in the file
// under its old key.
var sqlitePragmas = []string{
	"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)", "secure_delete(1)",
}

func sqliteDSN(path, txlock string) string {
	query := url.Values{"_pragma": sqlitePragmas, "_txlock": {txlock}, "_time_format": {"sqlite"}}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String()
}

func openSQLite(ctx context.Context, path string, log *slog.Logger) (*Store, error) {
	write, err := sql.Open("sqlite", sqliteDSN(path, "immediate"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	if err := write.PingContext(ctx); err != nil {
		err = sqliteDialector{}.Translate(err)
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), write.Close())
	}
	read, err := sql.Open("sqlite", sqliteDSN(path, "deferred"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), write.Close())
	}
	read.SetMaxOpenConns(sqliteReaders)
	s := &Store{dialect: SQLite, closers: []*sql.DB{read, write}}
	if s.write, err = gorm.Open(newSQLiteDialector(write), gormConfig(log)); err == nil {
		s.read, err = gorm.Open(newSQLiteDialector(read), gormConfig(log))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), s.Close())
	}
	return s, nil
}

// sqliteDialector is gorm's SQLite dialect over the pure Go driver, whose
// errors gorm's own translation does not know.
type sqliteDialector struct{ *sqlite.Dialector }

func newSQLiteDialector(db *sql.DB) gorm.Dialector {
	return sqliteDialector{&sqlite.Dialector{Conn: db}}
}

// primaryCode masks what SQLite's extended result codes add to the primary ones.
const primaryCode = 0xff

// Translate maps SQLite's extended result codes to gorm's errors.
func (d sqliteDialector) Translate(err error) error {
	var failed *sqlite3.Error
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Code() {
	case sqlite3lib.SQLITE_CONSTRAINT_UNIQUE, sqlite3lib.SQLITE_CONSTRAINT_PRIMARYKEY:
		return errors.Join(gorm.ErrDuplicatedKey, err)
	case sqlite3lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return errors.Join(gorm.ErrForeignKeyViolated, err)
	case sqlite3lib.SQLITE_IOERR_SHMSIZE: // no room for the index of the write-ahead log
		return fmt.Errorf("%w: %w", errFull, err)
	}
	switch failed.Code() & primaryCode {
	case sqlite3lib.SQLITE_FULL, sqlite3lib.SQLITE_READONLY:
		return fmt.Errorf("%w: %w", errFull, err)
	}
	return err
}
