package usage

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

const month = 30 * 24 * time.Hour

func (b *bench) closed() []models.UsageDay {
	b.t.Helper()
	rows, err := b.store.UsageDays(b.t.Context(), b.unit.ID, "0000", endOfDays)
	if err != nil {
		b.t.Fatal(err)
	}
	return rows
}

func TestADayIsClosedAnHourAfterItsEndAndStaysRepeatable(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		midnight := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
		b.place(b.unit, stay{rule: 3, size: 1000, placed: midnight.AddDate(0, 0, -1).Add(6 * time.Hour), lifetime: month})
		b.meter(midnight.Add(30 * time.Minute))
		if rows := b.closed(); len(rows) != 0 {
			t.Errorf("closed too early: %+v", rows)
		}
		b.meter(midnight.Add(90 * time.Minute))
		want := []models.UsageDay{{
			UnitID: b.unit.ID, Day: "2026-11-22", RuleID: 3, ByteDays: 750, Files: 1, StandingFiles: 1, StandingBytes: 1000,
		}}
		if diff := cmp.Diff(want, b.closed()); diff != "" {
			t.Error(diff)
		}
		b.meter(midnight.Add(2 * time.Hour))
		if diff := cmp.Diff(want, b.closed()); diff != "" {
			t.Error(diff)
		}
		// What a crash kept from being recorded counts where it belongs all the same.
		b.place(b.unit, stay{rule: 3, size: 86_400, placed: midnight.Add(-time.Second), lifetime: month})
		b.meter(midnight.Add(3 * time.Hour))
		if rows := b.closed(); len(rows) != 1 || rows[0].ByteDays != 751 || rows[0].Files != 2 {
			t.Errorf("the late one is not counted: %+v", rows)
		}
	})
}

// A ledger that is wrong, whatever made it so, is worked out from the beginning
// once more has left than had arrived.
func TestAnImpossibleLedgerIsWorkedOutAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	b.place(b.unit, stay{rule: 1, size: 10, placed: noon.AddDate(0, 0, -300), removed: noon.AddDate(0, 0, -1), lifetime: month})
	b.meter(noon.AddDate(0, 0, -2))
	right := b.closed()
	b.execute("UPDATE usage_days SET standing_files = 0, standing_bytes = 0")
	b.meter(noon)
	if got := b.closed(); len(got) != len(right)+2 || cmp.Diff(right, got[:len(right)]) != "" {
		t.Errorf("%d days are closed, %d were; the first differ: %s", len(got), len(right), cmp.Diff(right[:2], got[:2]))
	}
}

func TestForecastKeepsWhatIsThereUntilItExpires(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.rate("2026-01-01", "3", "EUR")
		b.rate("2026-11-26", "6", "EUR")
		b.place(b.unit,
			stay{rule: 1, size: 100e9, placed: noon.AddDate(0, 0, -28), lifetime: month},                                 // until the 25th, noon
			stay{rule: 1, size: 10e9, placed: noon.AddDate(0, 0, -1), lifetime: month},                                   // past the month's end
			stay{rule: 1, size: 500e9, placed: noon.AddDate(0, 0, -9), removed: noon.AddDate(0, 0, -8), lifetime: month}, // one day
			stay{rule: 1, size: 900e9, placed: noon.AddDate(0, 0, -31), lifetime: month},                                 // overdue: about to go
		)
		report := b.report(noon, "month")
		rest := 100*2*3 + 10*2.5*3 + 10*5*6 // GB × days × rate, by 30 below
		soFar := (100+900)*22.5*3 + 500*3 + 10*3
		held, _ := report.Forecast.GBDays().Float64()
		if want := 100*2 + 10*8.5 + 1000*22.5 + 500; held < want-0.1 || held > want+0.1 {
			t.Errorf("%f GB-days are forecast, want %f", held, want)
		}
		got, want := money(report.Forecast), (float64(rest)+soFar)/30
		if exact := cents("EUR", rational(want)); got != "EUR "+exact && report.At.Equal(noon) {
			t.Errorf("the forecast is %s, want %s", got, exact)
		}
		if report.Files != 3 || report.Bytes != 1010e9 {
			t.Errorf("%d files of %d bytes are there", report.Files, report.Bytes)
		}
	})
}

func TestExportIsPlainCSVThatNoSpreadsheetRuns(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	b.rate("2026-11-22", "0.3", "EUR")
	rule := models.Rule{UnitID: b.unit.ID, Name: "=HYPERLINK(\"http://evil\"),\n", State: models.RulePaused}
	if err := b.store.CreateRule(t.Context(), &rule); err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)
	b.place(b.unit, stay{rule: rule.ID, size: 400e9, placed: begin, removed: begin.Add(12 * time.Hour), lifetime: month})
	var out strings.Builder
	service := b.at(noon)
	if err := service.Export(t.Context(), &out, &b.unit, PeriodOf("7d", service.Today())); err != nil {
		t.Fatal(err)
	}
	want := "day,business_unit,rule_id,rule,files,byte_seconds,gb_days,rate_per_gb_month,currency,charge,never_fetched_byte_seconds,never_fetched_charge\r\n" +
		"2026-11-21,emea,1,\"'=HYPERLINK(\"\"http://evil\"\"),\r\n\",1,8640000000000000,100.000000000,,,,8640000000000000,\r\n" +
		"2026-11-22,emea,1,\"'=HYPERLINK(\"\"http://evil\"\"),\r\n\",1,8640000000000000,100.000000000,0.3,EUR,1.00,8640000000000000,1.00\r\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestReportAcrossUnitsHasALineForEach(t *testing.T) {
	t.Parallel()
	b := newBench(t, storetest.Open(t))
	other := b.addUnit("apac")
	b.place(b.unit, stay{rule: 1, size: 1e9, placed: noon.AddDate(0, 0, -2), lifetime: month}, stay{rule: 2, size: 1e9, placed: noon.AddDate(0, 0, -2), lifetime: month})
	b.place(other, stay{rule: 1, size: 5e9, placed: noon.AddDate(0, 0, -2), lifetime: month})
	report, err := b.at(noon).ReportAll(t.Context(), "nonsense")
	if err != nil || len(report.Lines) != 2 || report.Lines[0].Unit.Slug != "apac" || report.Lines[1].Use.Files != 2 {
		t.Errorf("lines %+v, %v", report.Lines, err)
	}
	if report.Period.Name != "30d" || len(report.Days) != 30 || report.Total.Files != 3 || report.Rate != nil || money(report.Total) != "" {
		t.Errorf("report %+v", report)
	}
}
