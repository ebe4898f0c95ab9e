package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"seaportal/internal/config"
	"seaportal/internal/keyring"
	"seaportal/internal/store"
)

// place is what commands open: the data directory, the database, and the keys
// of what is sealed in there.
type place struct {
	dir   string
	store *store.Store
	keys  *keyring.Ring
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
	s, err := openStore(ctx, cfg, log)
	if err != nil {
		return place{}, err
	}
	ring, err := keyring.New(ctx, keysOf(cfg, s))
	if err != nil {
		return place{}, errors.Join(err, s.Close())
	}
	return place{dir: cfg.DataDir, store: s, keys: ring}, nil
}

func openStore(ctx context.Context, cfg config.Config, log *slog.Logger) (*store.Store, error) {
	s, err := store.Open(ctx, store.Config{URL: cfg.DatabaseURL(), Log: log})
	if err != nil {
		return nil, fmt.Errorf("cannot open the database: %w", err)
	}
	return s, nil
}

func keysOf(cfg config.Config, s *store.Store) keyring.Config {
	return keyring.Config{Store: s, Dir: cfg.DataDir, Master: cfg.MasterKey}
}
