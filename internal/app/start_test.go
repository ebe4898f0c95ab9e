package app_test

import (
	"bytes"
	"database/sql"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // to make a schema newer than it is

	"seaportal/internal/app"
	"seaportal/internal/config"
	"seaportal/internal/sealed"
	"seaportal/internal/testkit"
)

func taken(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

// newerSchema makes the database of a data directory look as if a newer
// version of the program had used it.
func newerSchema(t *testing.T, cfg config.Config) {
	t.Helper()
	u := app.NewUser{Email: "a@test.example", Role: "viewer"}
	if err := app.AddUser(t.Context(), cfg, slog.New(slog.DiscardHandler), u, testkit.Password); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(cfg.DataDir, "seaportal.db"))
	if err != nil {
		t.Fatal(err)
	}
	insert := "INSERT INTO schema_migrations (version, name, applied_at) VALUES (9999, 'of tomorrow', '2030-01-01')"
	if _, err := db.ExecContext(t.Context(), insert); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestStartRefusesInOneLine(t *testing.T) {
	t.Parallel()
	free := testkit.Alone(t)
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, cfg *config.Config)
		want    string
	}{
		{"port taken", func(t *testing.T, cfg *config.Config) { cfg.Listen = taken(t) }, "is taken by another process"},
		{"S3 port taken", func(t *testing.T, cfg *config.Config) { cfg.S3Listen = taken(t) }, "is taken by another process"},
		{"address of others", func(_ *testing.T, cfg *config.Config) { cfg.Listen = "0.0.0.0:0" }, "without TLS"},
		{"a file in the place of the directory", func(t *testing.T, cfg *config.Config) {
			if err := os.WriteFile(cfg.DataDir, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "cannot make the data directory"},
		{"newer schema", func(t *testing.T, cfg *config.Config) { newerSchema(t, *cfg) }, "from a newer version"},
		{"bad master key", func(_ *testing.T, cfg *config.Config) { cfg.MasterKey = sealed.NewPlain("short") }, "SEA_MASTER_KEY"},
		{"bad database", func(_ *testing.T, cfg *config.Config) { cfg.Database = "mysql://x" }, "database URL"},
		{"missing certificate", func(_ *testing.T, cfg *config.Config) { cfg.TLS.Cert, cfg.TLS.Key = "/none", "/none" }, "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := free
			cfg.DataDir = filepath.Join(t.TempDir(), "data")
			test.prepare(t, &cfg)
			var printed bytes.Buffer
			_, err := app.Start(t.Context(), cfg, app.Options{Stdout: &printed, Log: slog.New(slog.DiscardHandler)})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			if strings.Contains(err.Error(), "\n") || printed.Len() > 0 {
				t.Errorf("more than one line: %v %s", err, printed.String())
			}
		})
	}
}

func TestDirectoryHasOnePortal(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t)
	_, err := app.Start(t.Context(), p.Config, app.Options{Stdout: &bytes.Buffer{}, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "in use by process") {
		t.Errorf("got %v", err)
	}
	if answer := p.Stranger(t).Get(t, "/readyz"); answer.Status != 200 {
		t.Errorf("the first portal answers %d", answer.Status)
	}
}

func TestAddressesAreNotedWhileThePortalRuns(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t)
	note := filepath.Join(p.Config.DataDir, "addresses.json")
	info, err := os.Stat(note)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
	if at, runs := app.RunningAt(p.Config.DataDir); !runs || at.Portal != p.URL || at.PID != os.Getpid() {
		t.Errorf("noted %+v", at)
	}
	if err := app.Health(t.Context(), p.Config); err != nil {
		t.Error(err)
	}
	p.Stop(t)
	if _, err := os.Stat(note); !os.IsNotExist(err) {
		t.Errorf("the note is still there: %v", err)
	}
	if err := app.Health(t.Context(), p.Config); err == nil {
		t.Error("a stopped portal is healthy")
	}
}

func TestNoteOfADeadProcessIsIgnored(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, text := range []string{`{"portal":"http://x","s3":"http://x","pid":2147483646}`, `{"pid":-1}`, "", "{"} {
		if err := os.WriteFile(filepath.Join(dir, "addresses.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if at, runs := app.RunningAt(dir); runs {
			t.Errorf("%q: a server runs at %+v", text, at)
		}
	}
}
