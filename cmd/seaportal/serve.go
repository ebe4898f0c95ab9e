package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"seaportal/internal/app"
	"seaportal/internal/config"
)

// stopTime is how long a stop may take before the process ends anyway.
const stopTime = 15 * time.Second

type serve struct {
	config.Server

	Demo bool `help:"Fill an empty portal with sample files, rules and an administrator, and print how to sign in." env:"SEA_DEMO"`
}

// Run serves until a signal or a failure. The first signal stops in order, the
// second one at once.
func (s *serve) Run(ctx context.Context, stdout io.Writer, place config.Place) error {
	cfg := config.Config{Place: place, Server: s.Server, MasterKey: config.MasterKeyFromEnv()}
	ctx, release := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	portal, err := app.Start(ctx, cfg, app.Options{
		Stdout: stdout, Log: app.Logger(os.Stderr, s.LogLevel), Demo: s.Demo,
	})
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil // asked to stop during the start, it did so in order
	}
	if err != nil {
		return err
	}
	defer reloadOnHangUp(cfg, portal)()
	failed := portal.Wait(ctx)
	release() // a second signal ends the process as if nobody listened
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	return errors.Join(failed, portal.Stop(ctx))
}

// reloadOnHangUp makes SIGHUP look for new certificates, until it is released.
// Without TLS the signal keeps its usual meaning: the terminal is gone.
func reloadOnHangUp(cfg config.Config, portal *app.App) (release func()) {
	if !cfg.Secure() {
		return func() {}
	}
	asked, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(asked, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-asked:
				portal.ReloadCertificates()
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(asked)
		close(done)
	}
}
