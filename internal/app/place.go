package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"seaportal/internal/config"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
)

// place is what every command opens: the data directory, the master key, the
// database.
type place struct {
	dir   string
	key   *sealed.Key
	store *store.Store
}

// makeDataDir makes the data directory for the user of the process alone, and
// gives the configuration with its absolute name.
func makeDataDir(cfg config.Config) (config.Config, error) {
	cfg, err := cfg.Absolute()
	if err != nil {
		return cfg, err
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return cfg, fmt.Errorf("cannot make the data directory %s: %w", cfg.DataDir, plain(err))
	}
	probe, err := os.CreateTemp(cfg.DataDir, ".writable.*")
	if err != nil {
		return cfg, fmt.Errorf("cannot write to the data directory %s: %w", cfg.DataDir, plain(err))
	}
	return cfg, errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// plain leaves a path error's cause: the sentence around it names the path.
func plain(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// openPlace opens what is in a data directory that exists.
func openPlace(ctx context.Context, cfg config.Config, log *slog.Logger) (place, error) {
	key, err := sealed.LoadKey(cfg.DataDir, cfg.MasterKey.Reveal())
	if err != nil {
		return place{}, err
	}
	s, err := store.Open(ctx, store.Config{URL: cfg.DatabaseURL(), Log: log})
	if err != nil {
		return place{}, fmt.Errorf("cannot open the database: %w", err)
	}
	return place{dir: cfg.DataDir, key: key, store: s}, nil
}
