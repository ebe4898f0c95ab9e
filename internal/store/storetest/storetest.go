// Package storetest opens real, migrated, empty databases for tests: SQLite
// always, PostgreSQL when TEST_POSTGRES_DSN is set. Only tests import it.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes and drops schemas

	"seaportal/internal/store"
	"seaportal/internal/testkit/need"
)

// Open gives an empty SQLite database that lives as long as the test.
func Open(t testing.TB) *store.Store {
	t.Helper()
	return open(t, "sqlite:"+filepath.Join(t.TempDir(), "sea.db"))
}

// Each runs a test on every engine that is there.
func Each(t *testing.T, run func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, Open(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, open(t, PostgresURL(t)))
	})
}

func open(t testing.TB, databaseURL string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: databaseURL, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// PostgresURL gives the URL of a schema of its own on the PostgreSQL server
// that TEST_POSTGRES_DSN names, dropped when the test ends. Without a server
// the test is skipped, or fails where SEA_TEST_REQUIRE asks for postgres.
func PostgresURL(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv("TEST_POSTGRES_DSN")
	if dsn == "" {
		need.Lacking(t, need.Postgres, "TEST_POSTGRES_DSN")
	}
	at, err := url.Parse(dsn)
	if err != nil {
		t.Fatal("TEST_POSTGRES_DSN is no URL")
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	schema := "t" + strings.ToLower(rand.Text())
	if _, err := db.ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := db.ExecContext(context.Background(), "DROP SCHEMA "+schema+" CASCADE")
		if err != nil {
			t.Error(err)
		}
		_ = db.Close()
	})
	query := at.Query()
	query.Set("search_path", schema)
	at.RawQuery = query.Encode()
	return at.String()
}
