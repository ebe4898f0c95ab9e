package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"seaportal/internal/store"
)

// migrationLock keeps two processes from making River's tables at once on
// PostgreSQL. The number only has to be ours.
const migrationLock = 7_303_016

// putBack makes a dead process's jobs available again, and does not count the
// attempt that the process cut short.
const putBack = "UPDATE river_job SET state = 'available', attempt = max(attempt - 1, 0) WHERE state = 'running'"

// queue is River on either engine.
type queue interface {
	Start(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	Insert(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) (*rivertype.JobInsertResult, error)
	close() error
}

func openQueue(ctx context.Context, cfg Config, settings *river.Config) (queue, error) {
	if cfg.Store.Dialect() == store.Postgres {
		return openPostgres(ctx, cfg.DatabaseURL, settings)
	}
	return openSQLite(ctx, cfg.Store, settings)
}

type sqliteQueue struct{ *river.Client[*sql.Tx] }

// openSQLite shares the store's one write connection: River must have no
// second one, or the two meet in SQLITE_BUSY. One process has the database,
// since it has locked the data directory, so whatever runs there ran in a
// process that is dead.
func openSQLite(ctx context.Context, s *store.Store, settings *river.Config) (queue, error) {
	db, err := s.SQL()
	if err != nil {
		return nil, err
	}
	driver := riversqlite.New(db)
	if err := migrate(ctx, driver, settings.Logger); err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, putBack); err != nil {
		return nil, fmt.Errorf("put back jobs of the last process: %w", err)
	}
	client, err := river.NewClient(driver, settings)
	return sqliteQueue{client}, err
}

// close leaves the connection to the store.
func (sqliteQueue) close() error { return nil }

type postgresQueue struct {
	*river.Client[pgx.Tx]
	pool *pgxpool.Pool
}

func openPostgres(ctx context.Context, databaseURL string, settings *river.Config) (queue, error) {
	pool, err := pgxpool.New(ctx, databaseURL)
	if err != nil {
		return nil, err
	}
	driver := riverpgxv5.New(pool)
	err = pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error { return migrateLocked(ctx, c, driver, settings.Logger) })
	if err != nil {
		pool.Close()
		return nil, err
	}
	client, err := river.NewClient(driver, settings)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return postgresQueue{client, pool}, nil
}

func (q postgresQueue) close() error {
	q.pool.Close()
	return nil
}

func migrateLocked(ctx context.Context, c *pgxpool.Conn, driver *riverpgxv5.Driver, log *slog.Logger) error {
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return fmt.Errorf("lock job tables: %w", err)
	}
	err := migrate(ctx, driver, log)
	_, unlock := c.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrationLock)
	return errors.Join(err, unlock)
}

func migrate[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], log *slog.Logger) error {
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("make job tables: %w", err)
	}
	return nil
}
