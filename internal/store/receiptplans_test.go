package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// TestReceiptsAreReadByIndex asks both engines how they would answer what lists
// of receipts and of unfetched files ask, with enough rows to make it matter.
func TestReceiptsAreReadByIndex(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fill := crowd(t, s)
		for name, c := range map[string]struct{ query, index string }{
			"a file's receipts":  {"SELECT * FROM downloads WHERE business_unit_id = 1 AND placement_id = 7 ORDER BY id DESC LIMIT 51", "downloads_page"},
			"a unit's last":      {"SELECT id FROM downloads WHERE business_unit_id = 1 ORDER BY at DESC LIMIT 1", "downloads_unit"},
			"a counterfoil":      {"SELECT * FROM downloads WHERE counterfoil = 'T7' AND counterfoil <> ''", "downloads_counterfoil"},
			"unfetched of one":   {"SELECT * FROM placements WHERE downloads = 0 AND NOT held AND removed_at IS NULL AND placed_at IS NOT NULL AND state <> 'removing' AND expires_at < '2027-01-05' AND business_unit_id = 1 ORDER BY expires_at, id LIMIT 51", "placements_unfetched"},
			"unfetched of all":   {"SELECT * FROM placements WHERE downloads = 0 AND NOT held AND removed_at IS NULL AND placed_at IS NOT NULL AND state <> 'removing' AND expires_at < '2027-01-05' ORDER BY expires_at, id LIMIT 51", "placements_unfetched_all"},
			"files by their key": {"SELECT id FROM placements WHERE business_unit_id = 1 AND sea_key IN ('k7', 'k8') AND state IN ('placing','placed','removing')", "placements_target"},
		} {
			if plan := explain(t, s, c.query); !strings.Contains(plan, c.index) || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "Sort") {
				t.Errorf("%s of %d is answered by\n%s", name, fill, plan)
			}
		}
	})
}

// crowd fills a unit with files and receipts, and lets the engine count them.
func crowd(t *testing.T, s *store.Store) int {
	t.Helper()
	const n = 4000
	unit(t, s, "emea")
	placed := noon
	rows, receipts := make([]models.Placement, n), make([]models.Download, n)
	for i := range rows {
		expires := noon.Add(time.Duration(i) * time.Hour)
		rows[i] = models.Placement{
			UnitID: 1, FileID: int64(i + 1), Key: fmt.Sprint("k", i), SEAKey: fmt.Sprint("k", i), State: models.PlacementPlaced,
			SourceState: models.SourceKept, QueuedAt: noon, PlacedAt: &placed, ExpiresAt: &expires,
		}
		receipts[i] = models.Download{UnitID: 1, PlacementID: int64(i + 1), Via: models.ViaPortal, At: expires, Counterfoil: fmt.Sprint("T", i)}
	}
	if err := s.InsertPlacements(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	if err := s.InsertReceipts(t.Context(), receipts); err != nil {
		t.Fatal(err)
	}
	db, err := s.SQL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	return n
}

func explain(t *testing.T, s *store.Store, query string, values ...any) string {
	t.Helper()
	db, err := s.SQL()
	if err != nil {
		t.Fatal(err)
	}
	word := "EXPLAIN "
	if s.Dialect() == store.SQLite {
		word = "EXPLAIN QUERY PLAN "
	}
	rows, err := db.QueryContext(t.Context(), word+query, values...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		last, _ := values[len(values)-1].(*any)
		fmt.Fprintln(&plan, *last)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}

func TestNeverDownloadedIsAskedOfThePartialIndex(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		crowd(t, s)
		q := store.PlacementsQuery{UnitID: 1, Never: true, Limit: 3, States: []models.PlacementState{models.PlacementPlaced}}
		first, err := s.Placements(t.Context(), q)
		if err != nil || len(first) != 3 || first[0].ID != 4000 {
			t.Fatalf("%d files, %v", len(first), err)
		}
		if err := s.CountReceipts(t.Context(), []int64{4000, 3999}, noon); err != nil { // of the two newest files
			t.Fatal(err)
		}
		if first, err = s.Placements(t.Context(), q); err != nil || first[0].ID != 3998 {
			t.Errorf("%v, %v", first, err)
		}
		plan := explain(t, s, "SELECT * FROM placements WHERE business_unit_id = 1 AND state IN ('placed') AND downloads = 0 AND placed_at IS NOT NULL ORDER BY id DESC LIMIT 51")
		if strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "Sort") {
			t.Errorf("answered by\n%s", plan)
		}
	})
}
