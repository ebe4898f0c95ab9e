package usage

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"seaportal/internal/sheet"
	"seaportal/models"
)

// columns are the head of the export.
var columns = []string{
	"day", "business_unit", "rule_id", "rule", "files", "byte_seconds", "gb_days", "rate_per_gb_month", "currency", "charge",
	"never_fetched_byte_seconds", "never_fetched_charge",
}

// Export writes a line for each day, unit and rule of a period as CSV (RFC 4180):
// of one unit, or of all where unit is nil. Byte-seconds are exact, GB-days have
// nine decimals, each charge is rounded for its own line. A text that a
// spreadsheet would take for a formula begins with an apostrophe. Whoever sees
// the units may call it.
func (s *Service) Export(ctx context.Context, w io.Writer, unit *models.BusinessUnit, period Period) error {
	rates, err := s.Rates(ctx)
	if err != nil {
		return err
	}
	units := []models.BusinessUnit{}
	if unit != nil {
		units = append(units, *unit)
	} else if units, err = s.Store.UnitsWithLocation(ctx); err != nil {
		return err
	}
	out := sheet.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return fmt.Errorf("write usage: %w", err)
	}
	for _, unit := range units {
		if err := s.exportUnit(ctx, out, unit, period, rates); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (s *Service) exportUnit(ctx context.Context, out *csv.Writer, unit models.BusinessUnit, period Period, rates Book) error {
	names, err := s.Store.RuleNames(ctx, unit.ID)
	if err != nil {
		return err
	}
	var lines []exportLine
	_, _, err = s.readings(ctx, unit.ID, period.From, s.now(), func(p portion) {
		if n := len(lines); n == 0 || lines[n-1].day != p.Day || lines[n-1].rule != p.Rule {
			lines = append(lines, exportLine{day: p.Day, rule: p.Rule})
		}
		line, t := &lines[len(lines)-1], rates.tariff(p.Day)
		line.use.Files += p.Files
		line.use.add(t, p.Held)
		if !p.Fetched {
			line.unfetched.add(t, p.Held)
		}
	})
	if err != nil {
		return err
	}
	for _, line := range lines {
		if err := out.Write(line.cells(unit.Slug, names[line.rule], rates.At(line.day))); err != nil {
			return fmt.Errorf("write usage of %s: %w", unit.Slug, err)
		}
	}
	return nil
}

// exportLine is what a rule held on a day.
type exportLine struct {
	day            Day
	rule           int64
	use, unfetched Use
}

func (l exportLine) cells(slug, rule string, rate *Rate) []string {
	cells := []string{
		l.day.String(), slug, strconv.FormatInt(l.rule, 10), sheet.Text(rule), strconv.FormatInt(l.use.Files, 10),
		l.use.ByteSeconds().String(), l.use.GBDays().FloatString(9), "", "", "", l.unfetched.ByteSeconds().String(), "",
	}
	if rate != nil {
		cells[7], cells[8] = rate.Text, rate.Currency
		cells[9], cells[11] = l.use.in(rate).Decimal(), l.unfetched.in(rate).Decimal()
	}
	return cells
}

// in is what a use of one day costs, which has one rate: nothing too, where
// nothing was held.
func (u Use) in(rate *Rate) Money {
	for _, money := range u.Charges() {
		return money
	}
	return rate.Nothing()
}
