package usage

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestTheFirstRateMayBeginAnyDayAndLaterOnesTomorrow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := newBench(t, s).at(noon)
		set := func(amount, currency, from string) map[string]string {
			t.Helper()
			err := service.SetRate(t.Context(), models.CLI, NewRate{Amount: amount, Currency: currency, From: from})
			if fields := fault.Fields(err); err == nil || fields != nil {
				return fields
			}
			t.Fatal(err)
			return nil
		}
		for i, in := range []struct {
			amount, currency, from string
			wrong                  []string
		}{
			{"-1", "EURO", "23.11.2026", []string{"rate", "currency", "from"}},
			{"1e9", "eur", "", []string{"rate", "from"}},
			{"0.02345678901", "EUR", "1969-12-31", []string{"rate", "from"}},
			{" 0.023 ", " eur ", "2026-01-01", nil},
			{"0.03", "EUR", "2026-11-23", []string{"from"}},
			{"0.03", "EUR", "2026-01-02", []string{"from"}},
			{"0.03", "JPY", "2026-11-24", nil},
			{"0.04", "JPY", "2026-11-24", []string{"from"}},
			{"0", "EUR", "2027-01-01", nil},
		} {
			wrong := set(in.amount, in.currency, in.from)
			got := []string(nil)
			for _, field := range []string{"rate", "currency", "from"} {
				if wrong[field] != "" {
					got = append(got, field)
				}
			}
			if diff := cmp.Diff(in.wrong, got); diff != "" {
				t.Errorf("case %d: %s", i, diff)
			}
		}
		book, err := service.Rates(t.Context())
		if err != nil || len(book) != 3 || book[0].Text != "0.023" || book[0].Currency != "EUR" {
			t.Fatalf("rates %+v, %v", book, err)
		}
		withdraw(t, service, book)
		rows, err := s.HistoryFrom(t.Context(), 0, 100)
		if err != nil || len(rows) != 4 || rows[3].Action != "rate.withdrawn" {
			t.Errorf("history %+v, %v", rows, err)
		}
		if _, err := history.Verify(t.Context(), s); err != nil {
			t.Error(err)
		}
	})
}

// withdraw takes back a planned rate, and tries the one in force.
func withdraw(t *testing.T, service *Service, book Book) {
	t.Helper()
	if err := service.WithdrawRate(t.Context(), models.CLI, book[0].ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("a rate in force was withdrawn: %v", err)
	}
	if err := service.WithdrawRate(t.Context(), models.CLI, book[1].ID); err != nil {
		t.Error(err)
	}
	if err := service.WithdrawRate(t.Context(), models.CLI, book[1].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("it was withdrawn twice: %v", err)
	}
}

func TestANewRateChangesNothingOfThePast(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	b.rate("2026-01-01", "0.5", "EUR")
	b.place(b.unit, stay{rule: 1, size: 7e12, placed: noon.AddDate(0, 0, -20), lifetime: 30 * 24 * time.Hour})
	b.meter(noon)
	before := b.report(noon, "month")
	if err := b.at(noon).SetRate(t.Context(), models.CLI, NewRate{Amount: "9", Currency: "EUR", From: "2026-11-24"}); err != nil {
		t.Fatal(err)
	}
	after := b.report(before.At.Add(time.Millisecond), "month")
	if got, want := money(after.Days[21].Use), money(before.Days[21].Use); got != want {
		t.Errorf("yesterday cost %s and costs %s now", want, got)
	}
	if !strings.Contains(money(after.Forecast), "EUR") || money(after.Forecast) == money(before.Forecast) {
		t.Errorf("the forecast stays %s", money(after.Forecast))
	}
	tomorrow := b.report(noon.AddDate(0, 0, 1), "month")
	if got := money(tomorrow.Days[23].Use); got != "EUR 1050.00" { // 7,000 GB for half a day at 9, by 30 days
		t.Errorf("half of tomorrow costs %s", got)
	}
}

func money(use Use) string {
	texts := []string{}
	for _, m := range use.Charges() {
		texts = append(texts, m.Currency+" "+m.Decimal())
	}
	return strings.Join(texts, " + ")
}
