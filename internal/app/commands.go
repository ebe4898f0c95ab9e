package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"

	"seaportal/internal/account"
	"seaportal/internal/config"
	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// ActiveBucket is the bucket of the embedded storage that holds files of
// business units; SEABucket is the one that files are placed in.
const (
	ActiveBucket = config.EmbeddedActive
	SEABucket    = config.EmbeddedSEA
)

// NewUser is an account to make.
type NewUser struct{ Email, Name, Role string }

// AddUser makes an account in the database of a data directory, which it makes
// where there is none. A server may be running on it.
func AddUser(ctx context.Context, cfg config.Config, log *slog.Logger, u NewUser, password string) error {
	return withStore(ctx, cfg, log, func(s *store.Store) error {
		accounts, err := account.New(s)
		if err != nil {
			return err
		}
		_, err = accounts.Create(ctx, models.CLI, u.Email, u.Name, models.Role(u.Role), password)
		return onOneLine(err)
	})
}

// VerifyHistory recomputes the chain of the history and gives the number of
// events that hold together.
func VerifyHistory(ctx context.Context, cfg config.Config, log *slog.Logger) (count int64, err error) {
	err = withStore(ctx, cfg, log, func(s *store.Store) error {
		count, err = history.Verify(ctx, s)
		return err
	})
	return count, err
}

func withStore(ctx context.Context, cfg config.Config, log *slog.Logger, do func(*store.Store) error) error {
	cfg, err := makeDataDir(cfg)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, cfg, log)
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}

// onOneLine makes bad input one line for a terminal.
func onOneLine(err error) error {
	var bad *fault.Error
	if !errors.As(err, &bad) || bad.Kind != fault.Invalid || len(bad.Fields) == 0 {
		return err
	}
	return fmt.Errorf("%s: %s", bad.Fields[0].Name, bad.Fields[0].Msg)
}

// StorageEnv writes what an S3 client needs to use the embedded storage as its
// operator, as NAME=value lines: of the server that runs, or of the one that
// would be started with this configuration.
func StorageEnv(ctx context.Context, w io.Writer, cfg config.Config, log *slog.Logger) error {
	if cfg.Mode == config.AWS {
		return errors.New("--mode aws has no account to print: whoever may write to active storage is yours to say")
	}
	cfg, err := makeDataDir(cfg)
	if err != nil {
		return err
	}
	at, err := openPlace(ctx, cfg, log)
	if err != nil {
		return err
	}
	_, key := at.keys.Current()
	account, err := operatorOf(key)
	if err := errors.Join(err, at.store.Close()); err != nil {
		return err
	}
	endpoint := ""
	if running, runs := RunningAt(cfg.DataDir); runs {
		endpoint = running.S3
	} else if host, port, err := net.SplitHostPort(cfg.S3Listen); err == nil {
		endpoint = localURL(host, port, cfg.Secure())
	}
	_, err = fmt.Fprintf(w, "AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\nAWS_ENDPOINT_URL=%s\nAWS_REGION=%s\nSEA_ACTIVE_BUCKET=%s\n",
		account.accessKeyID, account.secret.Reveal(), endpoint, cfg.Region, ActiveBucket)
	return err
}
