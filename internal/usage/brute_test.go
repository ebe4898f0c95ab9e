package usage

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

var (
	anyone  = func(stay) bool { return true }
	nobody  = func(s stay) bool { return s.fetched.IsZero() }
	newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

// same compares a use with what the brute force found, to the last byte-second
// and cent.
func same(t interface{ Errorf(string, ...any) }, what string, got Use, gbDays *big.Rat, charges map[string]*big.Rat) {
	if got.GBDays().Cmp(gbDays) != 0 {
		t.Errorf("%s: %s GB-days, want %s", what, got.GBDays().FloatString(12), gbDays.FloatString(12))
	}
	want := map[string]string{}
	for currency, exact := range charges {
		if exact.Sign() > 0 {
			want[currency] = cents(currency, exact)
		}
	}
	have := map[string]string{}
	for _, money := range got.Charges() {
		have[money.Currency] = money.Decimal()
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("%s: %s", what, diff)
	}
}

// cents rounds by the other way that big.Rat knows: a text with the decimals,
// corrected where it lies half-way.
func cents(currency string, exact *big.Rat) string {
	digits := map[string]int{"JPY": 0, "KWD": 3}
	decimals, ok := digits[currency]
	if !ok {
		decimals = 2
	}
	text := exact.FloatString(decimals) // rounds half away from zero
	near, _ := new(big.Rat).SetString(text)
	unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
	over := new(big.Rat).Sub(near, exact)
	odd := new(big.Rat).Quo(near, unit).Num().Bit(0) == 1
	if over.Cmp(new(big.Rat).Quo(unit, big.NewRat(2, 1))) == 0 && odd {
		return near.Sub(near, unit).FloatString(decimals)
	}
	return text
}

// compare holds a whole report against the brute force.
func compare(t interface{ Errorf(string, ...any) }, report Report, stays []stay, prices []price) {
	from, to := report.Period.From.Start(), report.Period.To.Start()
	check := func(what string, got Use, from, to time.Time, only func(stay) bool) {
		held, charges := brute(stays, prices, from, to, report.At, only)
		same(t, what, got, held, charges)
	}
	check("total", report.Total, from, to, anyone)
	check("never fetched", report.Unfetched, from, to, nobody)
	check("month", report.Month, report.Period.To.MonthStart().Start(), to, anyone)
	for _, line := range report.Lines {
		check("rule", line.Use, from, to, func(s stay) bool { return s.rule == line.RuleID })
		check("rule, never fetched", line.Unfetched, from, to, func(s stay) bool { return s.rule == line.RuleID && nobody(s) })
	}
	for _, day := range report.Days {
		check(day.Day.String(), day.Use, day.Day.Start(), day.Day.Start(), anyone)
	}
	files, unfetched := int64(0), int64(0)
	for _, s := range stays {
		if s.there(from, report.At) {
			files++
			if nobody(s) {
				unfetched++
			}
		}
	}
	if report.Total.Files != files || report.Unfetched.Files != unfetched {
		t.Errorf("%d files, %d never fetched; want %d, %d", report.Total.Files, report.Unfetched.Files, files, unfetched)
	}
}

// there tells whether a file was in SEA at some moment between two instants.
func (s stay) there(from, until time.Time) bool {
	gone := !s.removed.IsZero() && (s.removed.Before(s.placed) || s.removed.Before(from))
	return !gone && s.placed.Before(until)
}

// TestAYearOfPlacementsCostsWhatTheDefinitionSays is the large fixed case: a year
// of placements of all sizes, rates that change in the middle of months and
// currencies, metered as the year goes, held against every file of every day.
func TestAYearOfPlacementsCostsWhatTheDefinitionSays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		prices := []price{
			{"2026-01-10", "0.023", "EUR"},
			{"2026-02-14", "0.0245", "EUR"},
			{"2026-06-30", "3", "JPY"},
			{"2026-11-15", "0.0000001", "KWD"},
			{"2026-12-03", "0.1234567891", "EUR"},
		}
		for _, p := range prices {
			b.rate(p.from, p.amount, p.currency)
		}
		random := rand.New(rand.NewPCG(1, 2))
		stays := make([]stay, 1500)
		for i := range stays {
			stays[i] = randomStay(random)
		}
		b.place(b.unit, stays...)
		other := b.addUnit("apac")
		b.place(other, stays[:100]...)
		for _, month := range []int{3, 4, 9} {
			b.meter(time.Date(2026, time.Month(month), 17, 5, 0, 0, 0, time.UTC))
		}
		now := time.Date(2026, 12, 20, 17, 3, 9, 0, time.UTC)
		compare(t, b.report(now, "90d"), stays, prices) // the last closed day is long ago
		b.meter(now)
		for _, period := range []string{"7d", "30d", "90d", "month"} {
			compare(t, b.report(now, period), stays, prices)
		}
		b.meter(now)
		compare(t, b.report(now.Add(9*time.Hour), "90d"), stays, prices)
		all := Use{}
		b.year(now, &all)
		held, charges := brute(stays, prices, newYear, now.Truncate(24*time.Hour), now, anyone)
		same(t, "the year", all, held, charges)
	})
}

// year sums what was held since the beginning.
func (b *bench) year(now time.Time, into *Use) {
	b.t.Helper()
	service := b.at(now)
	rates, err := service.Rates(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	_, _, err = service.readings(b.t.Context(), b.unit.ID, DayOf(newYear), now.Truncate(time.Second), func(p portion) {
		into.add(rates.tariff(p.Day), p.Held)
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func randomStay(random *rand.Rand) stay {
	s := stay{rule: 1 + random.Int64N(7), size: random.Int64N(50_000_000_000_000) >> random.IntN(40), lifetime: 30 * 24 * time.Hour}
	s.placed = newYear.Add(time.Duration(random.Int64N(int64(355 * 24 * time.Hour)))).Truncate(time.Microsecond)
	switch random.IntN(5) {
	case 0: // still there
	case 1: // a clock that jumped
		s.removed = s.placed.Add(-time.Duration(random.Int64N(int64(40*24*time.Hour))) - time.Microsecond)
	case 2: // the same second
		s.removed = s.placed.Add(time.Duration(random.Int64N(int64(time.Second))))
	default:
		s.removed = s.placed.Add(time.Duration(random.Int64N(int64(40 * 24 * time.Hour))))
	}
	s.removed = s.removed.Truncate(time.Microsecond)
	if random.IntN(3) == 0 {
		s.fetched = s.placed.Add(time.Duration(random.Int64N(int64(30 * 24 * time.Hour)))).Truncate(time.Microsecond)
	}
	return s
}

// life is a unit whose files come, go and are fetched while the clock runs and
// jumps; it does to the database what it notes in its own list.
type life struct {
	*bench
	t     *rapid.T
	now   time.Time
	stays []stay
	ids   []int64
}

func (l *life) arrive() {
	late := rapid.SampledFrom([]time.Duration{0, 0, 40 * time.Minute, 3 * 24 * time.Hour}).Draw(l.t, "late")
	s := stay{
		rule: rapid.Int64Range(1, 3).Draw(l.t, "rule"), size: rapid.Int64Range(0, 1<<46).Draw(l.t, "size"),
		placed: l.now.Add(-late), lifetime: 30 * 24 * time.Hour,
	}
	l.place(l.unit, s)
	l.stays, l.ids = append(l.stays, s), append(l.ids, l.files)
}

// one chooses a file that has not been dealt with.
func (l *life) one(free func(stay) bool) (int, bool) {
	var open []int
	for i, s := range l.stays {
		if free(s) {
			open = append(open, i)
		}
	}
	if len(open) == 0 {
		return 0, false
	}
	return rapid.SampledFrom(open).Draw(l.t, "file"), true
}

func (l *life) leave() {
	if i, ok := l.one(func(s stay) bool { return s.removed.IsZero() }); ok {
		l.stays[i].removed = l.now
		l.update(i, map[string]any{"removed_at": l.now, "state": models.PlacementRemoved})
	}
}

func (l *life) fetch() {
	if i, ok := l.one(func(s stay) bool { return s.removed.IsZero() && s.fetched.IsZero() }); ok {
		l.stays[i].fetched = l.now
		l.update(i, map[string]any{"first_downloaded_at": l.now, "downloads": 1})
	}
}

func (l *life) update(i int, set map[string]any) {
	query, args := "UPDATE placements SET ", []any{}
	for _, column := range []string{"removed_at", "state", "first_downloaded_at", "downloads"} {
		if value, ok := set[column]; ok {
			if len(args) > 0 {
				query += ", "
			}
			query, args = query+column+" = ?", append(args, value)
		}
	}
	l.execute(query+" WHERE business_unit_id = ? AND file_id = ?", append(args, l.unit.ID, l.ids[i])...)
}

func (b *bench) execute(query string, args ...any) {
	b.t.Helper()
	db, err := b.store.SQL()
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := db.ExecContext(b.t.Context(), query, args...); err != nil {
		b.t.Fatal(err)
	}
}

// TestUsageFollowsFromThePlacementsWhateverHappens lives random lives.
func TestUsageFollowsFromThePlacementsWhateverHappens(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	units := 0
	rapid.Check(t, func(t *rapid.T) {
		units++
		b.unit = b.addUnit("u" + big.NewInt(int64(units)).String())
		b.execute("DELETE FROM rates")
		l := &life{bench: b, t: t, now: time.Date(2026, 3, 1, 12, 30, 30, 500_000_000, time.UTC)}
		var prices []price
		for i, day := range rapid.SliceOfNDistinct(rapid.IntRange(0, 300), 0, 4, rapid.ID[int]).Draw(t, "rates") {
			p := price{newYear.AddDate(0, 0, day).Format(dayLayout), []string{"0.02", "1.5", "0.000007"}[i%3], []string{"EUR", "JPY"}[i/2%2]}
			prices = append(prices, p)
			b.rate(p.from, p.amount, p.currency)
		}
		slices.SortFunc(prices, func(a, b price) int { return strings.Compare(a.from, b.from) })
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			rapid.SampledFrom([]func(){l.arrive, l.arrive, l.leave, l.fetch, l.wait, l.jump}).Draw(t, "act")()
		}
		l.meterUnit(l.now) // what was recorded late counts from the next turn of the meter on
		l.now = l.now.Add(20 * time.Minute)
		rapid.SampledFrom([]func(){l.leave, l.fetch, l.fetch}).Draw(t, "last")()
		for _, period := range []string{"7d", "90d"} {
			compare(t, b.report(l.now.Add(10*time.Minute), period), l.stays, prices)
		}
	})
}

// wait lets time pass; the meter keeps up with it.
func (l *life) wait() {
	l.now = l.now.Add(time.Duration(rapid.IntRange(1, 20*24*60).Draw(l.t, "minutes"))*time.Minute + 137*time.Millisecond)
	l.meterUnit(l.now)
}

// jump sets the clock, mostly back.
func (l *life) jump() {
	l.now = l.now.Add(time.Duration(rapid.IntRange(-60*24, 20*24).Draw(l.t, "hours")) * time.Hour)
	l.meterUnit(l.now)
}
