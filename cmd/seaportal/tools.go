package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"

	"seaportal/internal/app"
	"seaportal/internal/config"
)

type storage struct {
	Env storageEnv `cmd:"" help:"Print the embedded storage's operator account as NAME=value lines for an S3 client."`
}

type storageEnv struct{}

// Run prints the lines, whether a server runs or not.
func (storageEnv) Run(ctx context.Context, stdout io.Writer, place config.Place) error {
	cfg, err := at(place)
	if err != nil {
		return err
	}
	return app.StorageEnv(ctx, stdout, cfg, app.Logger(os.Stderr, "warn"))
}

type history struct {
	Verify historyVerify `cmd:"" help:"Recompute the chain of the whole history."`
}

type historyVerify struct{}

// Run prints how many events hold together, and fails at the first that does
// not.
func (historyVerify) Run(ctx context.Context, stdout io.Writer, place config.Place) error {
	count, err := app.VerifyHistory(ctx, config.Config{Place: place}, app.Logger(os.Stderr, "warn"))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "history is whole: %d events\n", count)
	return err
}

type health struct{}

// Run succeeds when the server answers.
func (health) Run(ctx context.Context, place config.Place) error {
	return app.Health(ctx, config.Config{Place: place})
}

type version struct{}

// Run prints the version that the build recorded.
func (version) Run(stdout io.Writer) error {
	_, err := fmt.Fprintf(stdout, "seaportal %s (%s)\n", app.Version(), runtime.Version())
	return err
}
