package app

import (
	"context"
	"log/slog"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/demo"
)

// seed fills an empty portal, behind the back of whoever opens it already. It
// is not part of the start: a stop cancels it, and the next demo goes on.
func (a *App) seed(ctx context.Context) error {
	if !a.opts.Demo {
		return nil
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	a.later(func(context.Context) error {
		cancel()
		<-done
		return nil
	})
	go func() {
		defer close(done)
		began := time.Now()
		err := demo.Seed(ctx, demo.Deps{
			Units: a.operations.units, Rules: a.operations.rules, Engine: a.operations.engine, Usage: a.operations.usage,
			Clock: clock.Shifted(a.cfg.ClockOffset), Put: a.storage.put,
		})
		switch {
		case err == nil:
			a.opts.Log.InfoContext(ctx, "demo is ready", slog.String("took", time.Since(began).Round(time.Millisecond).String()))
		case ctx.Err() == nil:
			a.opts.Log.ErrorContext(ctx, "demo is incomplete", slog.Any("error", err))
		}
	}()
	return nil
}
