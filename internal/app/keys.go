package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"seaportal/internal/config"
	"seaportal/internal/keyring"
	"seaportal/models"
)

// RotateKeys seals what is in the database anew, under a new master key where that
// is a file, and writes what it did. A server may be running. The error is one
// line for the terminal; the same command goes on from where it failed.
func RotateKeys(ctx context.Context, out io.Writer, cfg config.Config, log *slog.Logger) error {
	cfg, err := makeDataDir(cfg)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, cfg, log)
	if err != nil {
		return err
	}
	done, err := keyring.Rotate(ctx, keysOf(cfg, s), models.CLI)
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	verb := "sealed"
	if done.Finished {
		verb = "finished the rotation that was cut short, and sealed"
	}
	_, err = fmt.Fprintf(out, "%s %d secrets anew, under the master key %s\n", verb, done.Secrets, done.Master)
	if err != nil || done.Master != done.Before || done.Finished {
		return err
	}
	_, err = fmt.Fprintf(out, "the master key itself is the one of %s: to replace it, put a new one in front of it there and rotate again\n", keyring.Variable)
	return err
}
