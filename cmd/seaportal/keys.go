package main

import (
	"context"
	"io"
	"os"

	"seaportal/internal/app"
	"seaportal/internal/config"
)

type keys struct {
	Rotate keysRotate `cmd:"" help:"Replace the master key and seal every secret in the database anew, while the server runs. The old key opens nothing afterwards. Cut short, run it again."`
}

type keysRotate struct{}

// Run prints how many secrets were sealed anew.
func (keysRotate) Run(ctx context.Context, stdout io.Writer, place config.Place) error {
	cfg, err := at(place)
	if err != nil {
		return err
	}
	return app.RotateKeys(ctx, stdout, cfg, app.Logger(os.Stderr, "warn"))
}
