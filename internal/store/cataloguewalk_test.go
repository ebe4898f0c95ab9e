package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// walked gives all that a walk sees, span by span, by key.
func walked(t *testing.T, s *store.Store, w store.CatalogueWalk) []store.CatalogueRow {
	t.Helper()
	spans, err := s.CatalogueSpans(t.Context(), w.UnitID)
	if err != nil {
		t.Fatal(err)
	}
	var rows []store.CatalogueRow
	for _, span := range spans {
		err := s.WalkCatalogue(t.Context(), w, span, func(row *store.CatalogueRow) error {
			rows = append(rows, *row)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.SortFunc(rows, func(a, b store.CatalogueRow) int { return int(a.ID - b.ID) })
	return rows
}

func TestWalkSeesWhatItAsksFor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u, other := unit(t, s, "emea"), unit(t, s, "apac")
		save(t, s, other, seen(other, "theirs", "1"))
		cold, mail := seen(u, "cold", "1"), seen(u, "mail", "1")
		cold.StorageClass, cold.LastModified = "DEEP_ARCHIVE", noon.Add(1500*time.Microsecond)
		mail.MediaType, mail.Attributes = "email", `{"skill":"Claims"}`
		save(t, s, u, cold, mail, seen(u, "gone", "1"), seen(u, "queued", "1"))
		ids := map[string]int64{}
		for _, f := range current(t, s, u, "") {
			ids[f.Key] = f.ID
		}
		err := errors.Join(s.MarkGone(t.Context(), u.ID, []int64{ids["gone"]}, noon),
			s.MarkProcessed(t.Context(), u.ID, []int64{ids["queued"]}, noon))
		if err != nil {
			t.Fatal(err)
		}
		want := []store.CatalogueRow{
			{ID: ids["cold"], Size: 1, Key: "cold", Attributes: "{}", Stored: cold.LastModified, LongTerm: true},
			{ID: ids["mail"], Size: 1, Key: "mail", MediaType: "email", Attributes: `{"skill":"Claims"}`, Stored: noon},
			{ID: ids["gone"], Size: 1, Key: "gone", Attributes: "{}", Stored: noon, Gone: true},
			{ID: ids["queued"], Size: 1, Key: "queued", Attributes: "{}", Stored: noon, Processed: true},
		}
		got := walked(t, s, store.CatalogueWalk{UnitID: u.ID, Attributes: true})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if got := walked(t, s, store.CatalogueWalk{UnitID: u.ID, MediaType: "email"}); len(got) != 1 || got[0].Attributes != "" {
			t.Errorf("mail: %+v", got)
		}
		if got := walked(t, s, store.CatalogueWalk{UnitID: u.ID, Waiting: true}); len(got) != 2 {
			t.Errorf("waiting: %+v", got)
		}
	})
}

func TestSpansCoverEveryKeyOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u, other := unit(t, s, "emea"), unit(t, s, "apac")
		var files []models.File
		for i := range 700 {
			files = append(files, seen(u, fmt.Sprintf("%03d/%s", (i*37)%700, "ä💡"), "1"))
		}
		save(t, s, u, files...)
		save(t, s, other, seen(other, "one", "1"))
		if spans, err := s.CatalogueSpans(t.Context(), u.ID); err != nil || len(spans) != 32 {
			t.Errorf("%d spans, %v", len(spans), err)
		}
		if spans, err := s.CatalogueSpans(t.Context(), other.ID); err != nil || len(spans) != 1 {
			t.Errorf("%d spans of a unit with one file, %v", len(spans), err)
		}
		rows := walked(t, s, store.CatalogueWalk{UnitID: u.ID})
		if len(rows) != 700 || len(slices.CompactFunc(rows, func(a, b store.CatalogueRow) bool { return a.ID == b.ID })) != 700 {
			t.Errorf("%d rows of 700", len(rows))
		}
	})
}

func TestWalkStopsWhenItsTimeIsUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		save(t, s, u, seen(u, "a", "1"), seen(u, "b", "1"))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := s.WalkCatalogue(ctx, store.CatalogueWalk{UnitID: u.ID}, store.KeySpan{}, func(*store.CatalogueRow) error {
			cancel()
			return nil
		})
		if err == nil && ctx.Err() == nil {
			t.Error("a walk went on")
		}
		stop := errors.New("enough")
		err = s.WalkCatalogue(t.Context(), store.CatalogueWalk{UnitID: u.ID}, store.KeySpan{}, func(*store.CatalogueRow) error {
			return stop
		})
		if !errors.Is(err, stop) {
			t.Errorf("the visitor's error becomes %v", err)
		}
	})
}
