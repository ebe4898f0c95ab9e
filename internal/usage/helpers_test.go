package usage

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/store"
	"seaportal/models"
)

// bench is a database with a unit, and a clock that a test sets.
type bench struct {
	t     testing.TB
	store *store.Store
	unit  models.BusinessUnit
	files int64
}

func newBench(t testing.TB, s *store.Store) *bench {
	t.Helper()
	b := &bench{t: t, store: s}
	b.unit = b.addUnit("emea")
	return b
}

func (b *bench) addUnit(slug string) models.BusinessUnit {
	b.t.Helper()
	bucket, prefix := "sea", slug+"/"
	unit := models.BusinessUnit{
		Slug: slug, Name: slug, StorageKind: models.StorageSystem, SEAState: models.SEAEnabled,
		SEABucket: &bucket, SEAPrefix: &prefix, RetentionDays: models.RetentionDays,
	}
	if err := b.store.CreateUnit(b.t.Context(), &unit); err != nil {
		b.t.Fatal(err)
	}
	return unit
}

// at gives the service as it is at an instant.
func (b *bench) at(now time.Time) *Service {
	return &Service{Store: b.store, Clock: clock.Shifted(time.Until(now))}
}

// stay is one file's time in SEA.
type stay struct {
	rule     int64
	size     int64
	placed   time.Time
	removed  time.Time // zero: still there
	fetched  time.Time // zero: never
	lifetime time.Duration
}

func (b *bench) place(unit models.BusinessUnit, stays ...stay) {
	b.t.Helper()
	rows := make([]models.Placement, len(stays))
	for i, s := range stays {
		b.files++
		expires := s.placed.Add(s.lifetime)
		rows[i] = models.Placement{
			UnitID: unit.ID, FileID: b.files, RuleID: s.rule, RuleVersion: 1, Action: "copy", Key: fmt.Sprint(b.files), SEAKey: fmt.Sprint(b.files),
			Size: s.size, State: models.PlacementPlaced, SourceState: models.SourceKept, QueuedAt: s.placed,
			PlacedAt: &s.placed, ExpiresAt: &expires,
		}
		if !s.removed.IsZero() {
			rows[i].State, rows[i].RemovedAt = models.PlacementRemoved, &s.removed
		}
		if !s.fetched.IsZero() {
			rows[i].FirstDownloadedAt, rows[i].Downloads = &s.fetched, 1
		}
	}
	if err := b.store.InsertPlacements(b.t.Context(), rows); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) rate(from, amount, currency string) {
	b.t.Helper()
	row := models.Rate{FromDay: from, Amount: amount, Currency: currency}
	if err := b.store.CreateRate(b.t.Context(), &row); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) meter(now time.Time) {
	b.t.Helper()
	if err := b.at(now).Meter(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// meterUnit closes the days of the unit that is looked at only.
func (b *bench) meterUnit(now time.Time) {
	b.t.Helper()
	if err := b.at(now).meterUnit(b.t.Context(), b.unit.ID); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) report(now time.Time, period string) Report {
	b.t.Helper()
	report, err := b.at(now).Report(b.t.Context(), b.unit, period)
	if err != nil {
		b.t.Fatal(err)
	}
	return report
}

// seconds that a stay lies between two instants, by the definition: an instant
// counts from the second in which it falls, and what left before it arrived was
// never there.
func (s stay) seconds(from, until, now time.Time) int64 {
	begin, end := s.placed.Truncate(time.Second), now.Truncate(time.Second)
	if !s.removed.IsZero() && s.removed.Before(end) {
		end = s.removed.Truncate(time.Second)
	}
	if !s.removed.IsZero() && s.removed.Before(s.placed) {
		return 0
	}
	if begin.Before(from) {
		begin = from
	}
	if end.After(until) {
		end = until
	}
	return max(0, int64(end.Sub(begin)/time.Second))
}

// price is a rate in the words of the brute force.
type price struct{ from, amount, currency string }

// brute charges stays day by day and file by file, as the definition reads.
func brute(stays []stay, prices []price, from, to, now time.Time, only func(stay) bool) (gbDays *big.Rat, charges map[string]*big.Rat) {
	gbDays, charges = new(big.Rat), map[string]*big.Rat{}
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		bytes := new(big.Int)
		for _, s := range stays {
			if seconds := s.seconds(day, day.AddDate(0, 0, 1), now); seconds > 0 && only(s) {
				bytes.Add(bytes, new(big.Int).Mul(big.NewInt(s.size), big.NewInt(seconds)))
			}
		}
		held := new(big.Rat).SetFrac(bytes, big.NewInt(1_000_000_000*86_400))
		gbDays.Add(gbDays, held)
		for i := len(prices) - 1; i >= 0; i-- {
			if prices[i].from > day.Format("2006-01-02") {
				continue
			}
			amount, _ := new(big.Rat).SetString(prices[i].amount)
			month := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
			charge := amount.Mul(amount, held)
			charge.Quo(charge, big.NewRat(int64(month), 1))
			if charges[prices[i].currency] == nil {
				charges[prices[i].currency] = new(big.Rat)
			}
			charges[prices[i].currency].Add(charges[prices[i].currency], charge)
			break
		}
	}
	return gbDays, charges
}

func rational(f float64) *big.Rat { return new(big.Rat).SetFloat64(f) }
