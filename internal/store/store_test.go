package store_test

import (
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/internal/store/migrate"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 123456000, time.UTC)

func unit(t *testing.T, s *store.Store, slug string) models.BusinessUnit {
	t.Helper()
	u := models.BusinessUnit{
		Slug: slug, Name: slug, ActiveBucket: "active", ActivePrefix: slug + "/",
		StorageKind: models.StorageSystem, SEAState: models.SEAOff, RetentionDays: 30,
	}
	if err := s.CreateUnit(t.Context(), &u); err != nil {
		t.Fatal(err)
	}
	return u
}

func TestTransactionsAreAllOrNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		undo := errors.New("undo")
		err := s.Tx(t.Context(), func(tx *store.Store) error {
			unit(t, tx, "gone")
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
		units, err := s.Units(t.Context())
		if err != nil || len(units) != 0 {
			t.Errorf("%d units, %v", len(units), err)
		}
	})
}

func TestDatabaseErrorsBecomeFaults(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		unit(t, s, "emea")
		err := s.CreateUnit(t.Context(), &models.BusinessUnit{Slug: "emea"})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the same slug: %v", err)
		}
		if _, err := s.UnitByID(t.Context(), 99); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown unit: %v", err)
		}
	})
}

func TestTimesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		at := noon.In(time.FixedZone("elsewhere", 3600))
		if err := s.FinishScan(t.Context(), u.ID, store.Scan{At: at}); err != nil {
			t.Fatal(err)
		}
		got, err := s.UnitByID(t.Context(), u.ID)
		if err != nil || !got.ScannedAt.Equal(noon) {
			t.Errorf("scanned at %v, want %v, %v", got.ScannedAt, noon, err)
		}
	})
}

func TestLeaseHasOneOwnerAtATime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		take := func(owner string, now time.Time) bool {
			t.Helper()
			ours, err := s.AcquireLease(t.Context(), "unit/1", owner, now, now.Add(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			return ours
		}
		if !take("a", noon) || take("b", noon.Add(59*time.Second)) {
			t.Error("a has it for a minute")
		}
		if !take("a", noon.Add(30*time.Second)) || take("b", noon.Add(70*time.Second)) {
			t.Error("a prolonged it")
		}
		if !take("b", noon.Add(90*time.Second)) || take("a", noon.Add(91*time.Second)) {
			t.Error("b took it over when it ended")
		}
		if err := s.ReleaseLease(t.Context(), "unit/1", "a"); err != nil || take("a", noon.Add(92*time.Second)) {
			t.Errorf("a released what b has: %v", err)
		}
		if err := s.ReleaseLease(t.Context(), "unit/1", "b"); err != nil || !take("a", noon.Add(92*time.Second)) {
			t.Errorf("b released it: %v", err)
		}
	})
}

func TestWishesForRunsAreCounted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := unit(t, s, "emea")
		for range 2 {
			if err := s.WantRun(t.Context(), u.ID); err != nil {
				t.Fatal(err)
			}
		}
		open := func() int {
			units, err := s.UnansweredRuns(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return len(units)
		}
		if err := s.FinishScan(t.Context(), u.ID, store.Scan{Answers: 1, At: noon}); err != nil || open() != 1 {
			t.Errorf("the second wish is open: %d, %v", open(), err)
		}
		if err := s.FinishScan(t.Context(), u.ID, store.Scan{Answers: 2, At: noon}); err != nil || open() != 0 {
			t.Errorf("all are answered: %d, %v", open(), err)
		}
		if err := s.FinishScan(t.Context(), u.ID, store.Scan{Answers: 1, Problem: "late"}); err != nil || open() != 0 {
			t.Errorf("an older run ends later: %d, %v", open(), err)
		}
	})
}

func TestANewerSchemaIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	cfg := store.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "sea.db"), Log: slog.New(slog.DiscardHandler)}
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	db, err := s.SQL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO schema_migrations VALUES (999, 'from the future', '2030-01-01')"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), cfg)
	if !errors.Is(err, migrate.ErrNewer) || !strings.Contains(err.Error(), "999") {
		t.Errorf("opened: %v", err)
	}
}

func TestEveryConnectionHasThePragmas(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	db, err := s.SQL()
	if err != nil {
		t.Fatal(err)
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		if err := db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, want %s, %v", pragma, got, want, err)
		}
	}
}

// fill makes the database take no further page, as a full disk does. PostgreSQL
// has no such switch.
func fill(t *testing.T, s *store.Store) {
	t.Helper()
	db, err := s.SQL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil { // SQLite raises it to what is used
		t.Fatal(err)
	}
}

func TestAFullDiskIsAFault(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	fill(t, s)
	big := func(s *store.Store) error {
		return s.CreateUnit(t.Context(), &models.BusinessUnit{Slug: "big", Name: strings.Repeat("x", 1<<20)})
	}
	if err := big(s); !fault.Is(err, fault.Full) {
		t.Errorf("outside of a transaction: %v", err)
	}
	if err := s.Tx(t.Context(), big); !fault.Is(err, fault.Full) {
		t.Errorf("inside of one: %v", err)
	}
}
