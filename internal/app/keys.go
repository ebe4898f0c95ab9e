package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"seaportal/internal/config"
	"seaportal/internal/keyring"
	"seaportal/models"
)

// RotateKeys seals what is in the database anew, under a new master key where that
// is a file, and writes what it did. It makes nothing where there is no database.
// A server may be running. The error is one line for the terminal; the same
// command goes on from where it failed.
func RotateKeys(ctx context.Context, out io.Writer, cfg config.Config, log *slog.Logger) error {
	cfg, err := cfg.Absolute()
	if err != nil {
		return err
	}
	if file, ok := strings.CutPrefix(cfg.DatabaseURL(), "sqlite:"); ok {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no database %s: name the portal's data directory by --data-dir", file)
		}
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
	_, err = fmt.Fprintf(out, "%s %d secrets of %s anew, under the master key %s\n", verb, done.Secrets, cfg.DataDir, done.Master)
	if err != nil || done.Master != done.Before || done.Finished {
		return err
	}
	_, err = fmt.Fprintf(out, "the master key itself is the one of %s: to replace it, put a new one in front of it there and rotate again\n", keyring.Variable)
	return err
}
