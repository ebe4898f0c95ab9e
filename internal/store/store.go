// Package store owns the database: every query of the portal, on SQLite and
// PostgreSQL alike. Methods are grouped in one file per noun and name the
// question they answer. It decides nothing: rules, permissions and faults'
// wording for people belong to the packages above. No S3, IAM or KMS call is
// ever made from here, so none can happen inside a transaction.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"gorm.io/gorm"

	"seaportal/internal/store/migrate"
)

// Dialect names the database engine.
type Dialect string

// The engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Config says which database to open.
type Config struct {
	// URL is `sqlite:/path/to/file` or a PostgreSQL URL.
	URL string
	Log *slog.Logger
}

// Store answers queries. SQLite has one write connection beside a pool of
// readers; on PostgreSQL both are the same pool. Inside Tx both are the
// transaction.
type Store struct {
	read, write *gorm.DB
	dialect     Dialect
	closers     []*sql.DB
}

// Open opens the database and migrates it forward. It returns
// migrate.ErrNewer when the schema is from a newer version of the program.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s, err := connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := migrate.Run(ctx, s.write); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func connect(ctx context.Context, cfg Config) (*Store, error) {
	if path, ok := strings.CutPrefix(cfg.URL, "sqlite:"); ok {
		return openSQLite(ctx, path, cfg.Log)
	}
	if strings.HasPrefix(cfg.URL, "postgres://") || strings.HasPrefix(cfg.URL, "postgresql://") {
		return openPostgres(ctx, cfg.URL, cfg.Log)
	}
	return nil, errors.New("a database URL starts with sqlite: or postgres://")
}

// Close closes every connection.
func (s *Store) Close() error {
	var failed []error
	for _, db := range s.closers {
		failed = append(failed, db.Close())
	}
	return errors.Join(failed...)
}

// Dialect tells the engine.
func (s *Store) Dialect() Dialect { return s.dialect }

// SQL gives the write connection, for the job queue that keeps its own tables
// in the same database.
func (s *Store) SQL() (*sql.DB, error) { return s.write.DB() }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	db, err := s.read.DB()
	if err != nil {
		return err
	}
	return db.PingContext(ctx)
}

// Tx runs do in one transaction: all of it or nothing. The store that do gets
// has the same methods, reading and writing in that transaction. Keep it
// short, and call no other system inside.
func (s *Store) Tx(ctx context.Context, do func(tx *Store) error) error {
	return unwritable(s.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		return do(&Store{read: db, write: db, dialect: s.dialect})
	}))
}

// db is where queries read.
func (s *Store) db(ctx context.Context) *gorm.DB { return s.read.WithContext(ctx) }

// wdb is where queries write.
func (s *Store) wdb(ctx context.Context) *gorm.DB { return s.write.WithContext(ctx) }

// wrap says what was tried, and turns gorm's well-known errors into faults.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, translate(err))...)
}

// insertBatch bounds the rows of one INSERT: SQLite takes 32,766 parameters,
// PostgreSQL 65,535.
const insertBatch = 500
