package job

import (
	"context"
	"log/slog"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// quiet drops what River says about itself below a warning.
type quiet struct{ slog.Handler }

// Enabled takes warnings and worse.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// WithAttrs stays quiet.
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

// WithGroup stays quiet.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }

// reporter logs each failed job once.
type reporter struct{ log *slog.Logger }

// HandleError logs an error, unless it only says that the process stops.
func (r reporter) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	if ctx.Err() == nil {
		r.log.ErrorContext(ctx, "job failed",
			slog.String("job", job.Kind), slog.Int("attempt", job.Attempt), slog.Any("error", err))
	}
	return nil
}

// HandlePanic logs a panic, which River has turned into a failure of the job.
func (r reporter) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	r.log.ErrorContext(ctx, "job panicked",
		slog.String("job", job.Kind), slog.Any("value", value), slog.String("trace", trace))
	return nil
}
