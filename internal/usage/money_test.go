package usage

import (
	"math/big"
	"testing"
	"testing/quick"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestHalfAMinorUnitGoesToTheEvenNeighbour(t *testing.T) {
	t.Parallel()
	for exact, want := range map[string]string{
		"0": "0.00", "0.005": "0.00", "0.0050000001": "0.01", "0.015": "0.02", "0.025": "0.02", "0.0249999": "0.02",
		"1234.565": "1234.56", "1234.575": "1234.58", "99999999999999999999.995": "100000000000000000000.00",
	} {
		amount, _ := new(big.Rat).SetString(exact)
		if got := rounded("EUR", amount).Decimal(); got != want {
			t.Errorf("%s becomes %s, want %s", exact, got, want)
		}
	}
}

func TestATraceIsNotNothing(t *testing.T) {
	t.Parallel()
	for micros, want := range map[int64]bool{0: false, 1: true, 5_000: true, 5_001: false, 1_000_000: false} {
		if got := Micros("EUR", micros); got.Trace != want {
			t.Errorf("%d millionths, %s, are a trace: %t", micros, got.Decimal(), got.Trace)
		}
	}
	if got := Micros("JPY", 1).Least().Decimal() + " " + Micros("EUR", 1).Least().Decimal(); got != "1 0.01" {
		t.Errorf("the least amounts are %s", got)
	}
}

func TestMoneyHasItsCurrencysDecimals(t *testing.T) {
	t.Parallel()
	amount := big.NewRat(12_345_678, 10_000)
	got := map[string]string{}
	for _, currency := range []string{"EUR", "JPY", "KWD"} {
		got[currency] = rounded(currency, amount).Decimal()
	}
	if diff := cmp.Diff(map[string]string{"EUR": "1234.57", "JPY": "1235", "KWD": "1234.568"}, got); diff != "" {
		t.Error(diff)
	}
	if len(Currencies()) < 150 || knownCurrency("ZZZ") || knownCurrency("E") || knownCurrency("") || !knownCurrency("EUR") {
		t.Errorf("%d currencies", len(Currencies()))
	}
}

// Three lines of a third of a cent each: every line shows nothing, and the
// total, which adds the exact amounts and rounds once, shows the cent.
func TestTotalIsRoundedOnceFromTheExactSum(t *testing.T) {
	t.Parallel()
	rate := &Rate{Amount: big.NewRat(1, 1), Currency: "EUR"}
	third := tariff{rate: rate, days: 30}
	var total Use
	for range 3 {
		var line Use
		line.add(third, product(100_000_000, daySeconds)) // a tenth of a GB-day, a third of a cent
		if got := line.Charges()[0].Decimal(); got != "0.00" {
			t.Errorf("a line shows %s", got)
		}
		total.plus(line)
	}
	if got := total.Charges()[0].Decimal(); got != "0.01" {
		t.Errorf("the total shows %s", got)
	}
	if got := (Use{}).Charges(); len(got) != 0 {
		t.Errorf("nothing costs %v", got)
	}
}

func TestDaysAndMonthsAreThoseOfTheCalendar(t *testing.T) {
	t.Parallel()
	for text, days := range map[string]int{"2026-02-28": 28, "2028-02-01": 29, "2026-11-30": 30, "2026-12-31": 31, "1969-12-31": 31} {
		day, err := ParseDay(text)
		if err != nil || day.String() != text || day.MonthDays() != days {
			t.Errorf("%s is read as %s with %d days in its month, %v", text, day, day.MonthDays(), err)
		}
	}
	if _, err := ParseDay("2026-02-29"); err == nil {
		t.Error("there was a 29 February 2026")
	}
	inside := func(seconds int32, nanos uint32) bool {
		at := time.Unix(int64(seconds), int64(nanos)%1e9)
		day := DayOf(at)
		return !at.Before(day.Start()) && at.Before((day + 1).Start())
	}
	if err := quick.Check(inside, nil); err != nil {
		t.Error(err)
	}
}
