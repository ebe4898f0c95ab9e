package store

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// slowQuery is when a query is worth a line in the log.
const slowQuery = 500 * time.Millisecond

// gormConfig is the same on both engines: UTC microseconds, faults instead of
// driver errors, and no values in the log.
func gormConfig(log *slog.Logger) *gorm.Config {
	return &gorm.Config{
		TranslateError:         true,
		SkipDefaultTransaction: true,
		NowFunc:                func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
		Logger:                 gormLog{log: log},
	}
}

// gormLog sends slow and failed queries to slog, with placeholders in place of
// values: a value may be anything that a person typed.
type gormLog struct{ log *slog.Logger }

// LogMode keeps the level that slog has.
func (l gormLog) LogMode(logger.LogLevel) logger.Interface { return l }

// Info is gorm's chatter, for debugging.
func (l gormLog) Info(ctx context.Context, msg string, _ ...any) {
	l.log.DebugContext(ctx, "database", slog.String("message", msg))
}

// Warn is gorm's warnings.
func (l gormLog) Warn(ctx context.Context, msg string, _ ...any) {
	l.log.WarnContext(ctx, "database", slog.String("message", msg))
}

// Error is what gorm calls an error; callers get it as a value and report it.
func (l gormLog) Error(ctx context.Context, msg string, _ ...any) {
	l.log.DebugContext(ctx, "database", slog.String("message", msg))
}

// Trace reports queries that took long.
func (l gormLog) Trace(ctx context.Context, begin time.Time, describe func() (string, int64), err error) {
	took := time.Since(begin)
	if took < slowQuery || errors.Is(err, context.Canceled) {
		return
	}
	query, rows := describe()
	l.log.WarnContext(ctx, "slow query",
		slog.String("sql", query), slog.Int64("rows", rows), slog.Duration("took", took))
}

// ParamsFilter keeps values out of the log.
func (l gormLog) ParamsFilter(_ context.Context, query string, _ ...any) (string, []any) {
	return query, nil
}
