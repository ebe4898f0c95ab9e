package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"seaportal/internal/config"
	"seaportal/internal/manifest"
	"seaportal/models"
)

const (
	maxKeys = 1 << 20 // bytes of a portal's published keys
	keyTime = 30 * time.Second
)

// VerifyManifest checks the files in a directory against a signed manifest, and
// writes what it finds. key is a file with the portal's public keys or the URL
// of them; it may be empty where anySigner takes the manifest's own key. The
// error is one line for the terminal; it is there too when a file is not as it
// should be.
func VerifyManifest(ctx context.Context, out io.Writer, file, dir, key string, anySigner bool) error {
	keys, err := publicKeys(ctx, key)
	if err != nil {
		return err
	}
	found, err := manifest.Verify(ctx, out, manifest.Check{Manifest: file, Dir: dir, Keys: keys, AnySigner: anySigner && key == ""})
	if err == nil && !found.Clean() {
		err = fmt.Errorf("the files are not what the manifest lists: %s", found)
	}
	return err
}

// publicKeys reads keys from where the person said.
func publicKeys(ctx context.Context, from string) ([]byte, error) {
	switch {
	case from == "":
		return nil, nil
	case strings.HasPrefix(from, "https://"), strings.HasPrefix(from, "http://"):
		return fetchKeys(ctx, from)
	}
	text, err := os.ReadFile(from) //nolint:gosec // the person chose the file
	if err != nil {
		return nil, fmt.Errorf("cannot read the keys in %s: %w", from, plain(err))
	}
	return text, nil
}

func fetchKeys(ctx context.Context, url string) (text []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, keyTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("cannot ask for the keys: %w", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("cannot fetch the keys: %w", err)
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s instead of keys", url, answer.Status)
	}
	text, err = io.ReadAll(io.LimitReader(answer.Body, maxKeys))
	if err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	return text, nil
}

// RotateManifestKey makes a new key sign manifests, and gives its id. A server
// may be running: it uses the new key from the next manifest on.
func RotateManifestKey(ctx context.Context, cfg config.Config, log *slog.Logger, revoke bool) (id string, err error) {
	cfg, err = makeDataDir(cfg)
	if err != nil {
		return "", err
	}
	at, err := openPlace(ctx, cfg, log)
	if err != nil {
		return "", err
	}
	manifests := &manifest.Service{Store: at.store, Keys: at.keys}
	id, err = manifests.Rotate(ctx, models.CLI, revoke)
	return id, errors.Join(err, at.store.Close())
}
