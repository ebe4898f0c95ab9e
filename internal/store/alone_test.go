package store_test

import (
	"errors"
	"log/slog"
	"testing"

	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
)

func TestOneEmbeddedServerADatabase(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	open := func(url string) *store.Store {
		s, err := store.Open(t.Context(), store.Config{URL: url, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	first, second, elsewhere := open(url), open(url), open(storetest.PostgresURL(t))
	release, err := first.ServeAlone(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.ServeAlone(t.Context()); !errors.Is(err, store.ErrServed) {
		t.Errorf("the second server: %v", err)
	}
	if other, err := elsewhere.ServeAlone(t.Context()); err != nil || other() != nil {
		t.Errorf("another schema: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	again, err := second.ServeAlone(t.Context())
	if err != nil {
		t.Errorf("after the first has ended: %v", err)
	} else if err := again(); err != nil {
		t.Error(err)
	}
}
