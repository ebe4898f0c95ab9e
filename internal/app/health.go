package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"seaportal/internal/config"
)

const healthTime = 3 * time.Second

// Health asks the server that uses the data directory whether it lives.
func Health(ctx context.Context, cfg config.Config) error {
	cfg, err := cfg.Absolute()
	if err != nil {
		return err
	}
	at, runs := RunningAt(cfg.DataDir)
	if !runs {
		return errors.New("no server runs on " + cfg.DataDir)
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, at.Portal+"/livez", nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{
		// The certificate names the public host, not the loopback address. The
		// question holds no secret, and the answer is believed only as far as
		// its status.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // see above
	}}
	answer, err := client.Do(ask)
	if err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answers %s", answer.Status)
	}
	return nil
}
