// Package app owns the wiring: what a running portal is made of, in which
// order it starts and stops, and what each command of the program does. The
// program, the tests' kit and the end-to-end tests all start the portal here.
// It decides nothing about files, rules or people, and it is the one place
// that knows which S3 and IAM server answers (storage.go).
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"seaportal/internal/certificate"
	"seaportal/internal/clock"
	"seaportal/internal/config"
	"seaportal/internal/embedded"
	"seaportal/internal/job"
	"seaportal/internal/lifecycle"
	"seaportal/internal/news"
	"seaportal/internal/receipt"
)

// undoTime bounds the stop of a portal that could not start.
const undoTime = 10 * time.Second

// Options are what is not configuration.
type Options struct {
	// Stdout gets what the operator must read: addresses, a set-up link, the
	// demo's password. None of it is ever logged.
	Stdout io.Writer
	Log    *slog.Logger
	// Demo fills an empty portal with samples.
	Demo bool
}

// App is a running portal. Get one from Start, and Stop it.
type App struct {
	cfg  config.Config
	opts Options

	at           place
	certificates *certificate.Source // nil without TLS
	storage      storage
	operations   operations
	jobs         *job.Runner
	news         *news.Reader // nil where S3 tells of changes without a queue, or not
	server       *server

	addresses Addresses
	undo      []func(ctx context.Context) error // last step first
}

// Start starts a portal, and returns when it serves. Each of its errors is one
// line for the operator. ctx bounds the start only. There can be one portal in
// a process, because the embedded server allows no second.
func Start(ctx context.Context, cfg config.Config, opts Options) (*App, error) {
	a := &App{cfg: cfg, opts: opts}
	for _, step := range []func(context.Context) error{
		looks, a.openPlace, a.followKeys, a.openCertificates, a.openStorage, a.makeOperations, a.prepareManifests, a.startJobs, a.startTrim,
		a.listen, a.watchCertificates, a.announce, a.seed,
	} {
		if err := step(ctx); err != nil {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
			defer cancel()
			return nil, errors.Join(err, a.Stop(ctx))
		}
	}
	return a, nil
}

// Addresses tells where the portal listens.
func (a *App) Addresses() Addresses { return a.addresses }

// Wait returns nil when ctx ends, or why the portal cannot go on.
func (a *App) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-a.server.failed:
		return err
	}
}

// Stop ends everything in the reverse order of the start: no new requests,
// then no new work, then no storage, then no database. What runs is cancelled
// and continues at the next start.
func (a *App) Stop(ctx context.Context) error {
	var failed []error
	for i := len(a.undo) - 1; i >= 0; i-- {
		failed = append(failed, a.undo[i](ctx))
	}
	a.undo = nil
	return errors.Join(failed...)
}

// later adds a step to the stop.
func (a *App) later(step func(ctx context.Context) error) { a.undo = append(a.undo, step) }

// openPlace takes the data directory for this process alone.
func (a *App) openPlace(ctx context.Context) error {
	if err := a.cfg.Validate(); err != nil {
		return err
	}
	if a.opts.Demo && a.cfg.Mode == config.AWS {
		return errors.New("--demo belongs to --mode embedded: it would fill active storage with samples")
	}
	cfg, err := makeDataDir(a.cfg)
	if err != nil {
		return err
	}
	a.cfg = cfg
	lock, err := embedded.LockDataDir(cfg.DataDir)
	if err != nil {
		return err
	}
	a.later(func(context.Context) error { return lock.Unlock() })
	a.at, err = openPlace(ctx, cfg, a.opts.Log)
	if err != nil {
		return err
	}
	a.later(func(context.Context) error { return a.at.store.Close() })
	return nil
}

// followKeys notices that the master key was rotated by the command line.
func (a *App) followKeys(ctx context.Context) error {
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		a.at.keys.Follow(ctx, a.opts.Log)
	}()
	a.later(func(context.Context) error { end(); <-ended; return nil })
	return nil
}

// openStorage starts or reaches S3, with its buckets ready.
func (a *App) openStorage(ctx context.Context) (err error) {
	release, err := a.at.store.ServeAlone(ctx)
	if err != nil {
		return err
	}
	a.later(func(context.Context) error { return release() })
	receipts := receipt.New(a.at.store, clock.Shifted(a.cfg.ClockOffset), a.opts.Log)
	a.operations.receipts = receipts
	receipts.Start(ctx)
	a.later(func(context.Context) error { receipts.Stop(); return nil }) // after the last GET
	if a.cfg.Mode == config.AWS {
		a.storage, err = openCloudStorage(ctx, a.cfg)
	} else {
		a.storage, err = openStorage(ctx, a.cfg, a.at, transport{server: a.serverTLS("http/1.1"), client: a.clientTLS()}, a.opts.Log,
			hearers{changes: a.observe, fetches: receipts.Observe})
	}
	if err == nil {
		a.later(a.storage.stop)
	}
	return err
}

// observe hands news to the life cycle once that is there. What comes before
// is found by the scan at the start.
func (a *App) observe(e lifecycle.Event) {
	if engine := a.operations.observer.Load(); engine != nil {
		engine.Observe(e)
	}
}

// prepareManifests makes the key that signs manifests at the first start, so
// that its public half can be fetched before it is needed.
func (a *App) prepareManifests(ctx context.Context) error {
	return a.operations.manifests.PrepareKey(ctx)
}

// startJobs takes over what an earlier process left, and begins to work.
func (a *App) startJobs(ctx context.Context) error {
	if a.alone() {
		if err := a.operations.credentials.TakeOver(ctx); err != nil {
			return err
		}
	}
	a.operations.engine.Start(ctx)
	a.operations.observer.Store(a.operations.engine)
	a.later(func(context.Context) error { a.operations.engine.Stop(); return nil })
	a.readNews(ctx)
	if err := a.jobs.Start(ctx); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	a.later(a.jobs.Stop)
	return nil
}
