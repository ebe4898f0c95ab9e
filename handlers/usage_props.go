package handlers

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"seaportal/internal/usage"
	"seaportal/views"
	"seaportal/views/ui"
)

// usageProps makes a report ready to be shown; its lines are the caller's.
func usageProps(r usage.Report) views.UsageProps {
	total := usageLine(r, r.Total, r.Unfetched)
	in := views.UsageProps{
		Period: r.Period.Name, Month: r.At.Format("January"), Charge: charge(r.Month, r.Rate), Forecast: charge(r.Forecast, r.Rate),
		GBDays: total.GBDays, Files: r.Files, Bytes: r.Bytes, InVain: total.InVain, Total: total,
		Held: r.Files > 0 || r.Total.ByteSeconds().Sign() > 0 || r.Total.Files > 0,
	}
	if r.Rate != nil {
		in.Rate = perMonth(r.Rate)
	}
	for _, part := range r.Month.Parts() {
		in.Formula = append(in.Formula, formula(part))
	}
	for _, day := range slices.Backward(r.Days) {
		in.Days = append(in.Days, usageDay(day))
	}
	in.Chart = usageChart(r)
	return in
}

func usageLine(r usage.Report, use, unfetched usage.Use) views.UsageLine {
	return views.UsageLine{
		Files: use.Files, GBDays: gbDays(use.GBDays()), Charge: charge(use, r.Rate),
		InVain: views.UsageInVain{Files: unfetched.Files, Charge: charge(unfetched, r.Rate)},
	}
}

func usageDay(day usage.DayLine) views.UsageDay {
	row := views.UsageDay{
		Day: day.Day.Start().Format("2 Jan 2006"), Stored: ui.Bytes(average(day.Use, day.Seconds)), Files: day.Use.Files,
		GBDays: gbDays(day.Use.GBDays()), Charge: charge(day.Use, day.Rate), InVain: charge(day.Unfetched, day.Rate),
	}
	if day.Rate != nil {
		row.Rate = ui.Money(day.Rate.Currency, day.Rate.Text)
	}
	return row
}

// charge writes what a use costs, in each of its currencies: nothing, in the
// currency of a rate, where nothing was held, and no text where no rate was in
// force.
func charge(use usage.Use, rate *usage.Rate) string {
	var all []string
	for _, money := range use.Charges() {
		all = append(all, price(money))
	}
	if len(all) == 0 && rate != nil {
		return ui.Money(rate.Currency, rate.Nothing().Decimal())
	}
	return strings.Join(all, " + ")
}

// price writes money, and does not write nothing for what is not nothing.
func price(money usage.Money) string {
	if money.Trace {
		return "<\u00a0" + ui.Money(money.Currency, money.Least().Decimal())
	}
	return ui.Money(money.Currency, money.Decimal())
}

func perMonth(rate *usage.Rate) string { return ui.Money(rate.Currency, rate.Text) + " per GB-month" }

// formula writes one line of the sum that makes a charge.
func formula(part usage.Part) string {
	if part.Rate == nil {
		return gbDays(part.GBDays) + " GB-days before a rate was in force: no charge"
	}
	return fmt.Sprintf("%s GB-days × %s ÷ %d days of the month", gbDays(part.GBDays), perMonth(part.Rate), part.Days)
}

// leastGBDays is the least number of GB-days that is written out.
var leastGBDays = big.NewRat(1, 1_000_000)

// gbDays writes GB-days with as many decimals as tell small numbers apart.
func gbDays(exact *big.Rat) string {
	switch {
	case exact.Sign() == 0:
		return "0"
	case exact.Cmp(leastGBDays) < 0:
		return "<\u00a0" + leastGBDays.FloatString(6)
	case exact.Cmp(big.NewRat(1, 1)) < 0:
		return exact.FloatString(6)
	case exact.Cmp(big.NewRat(100, 1)) < 0:
		return exact.FloatString(3)
	}
	return ui.Decimal(exact.FloatString(1))
}

// average is how many bytes were there on average, as far as the day has come.
func average(use usage.Use, seconds int64) int64 {
	if seconds <= 0 {
		return 0
	}
	return new(big.Int).Quo(use.ByteSeconds(), big.NewInt(seconds)).Int64()
}

// usageChart draws the bytes that were stored on each day, on average, in the
// unit that suits the largest of them.
func usageChart(r usage.Report) ui.Chart {
	var most int64
	for _, day := range r.Days {
		most = max(most, average(day.Use, day.Seconds))
	}
	unit, size := chartUnit(most)
	stored, unfetched := ui.Line{Name: "Stored, " + unit}, ui.Line{Name: "Never fetched, " + unit}
	chart := ui.Chart{Labelled: "stored", Points: make([]ui.Point, len(r.Days))}
	for i, day := range r.Days {
		all, vain := average(day.Use, day.Seconds), average(day.Unfetched, day.Seconds)
		stored.Values = append(stored.Values, float64(all)/size)
		unfetched.Values = append(unfetched.Values, float64(vain)/size)
		chart.Points[i].Tip = day.Day.Start().Format("2 Jan") + ": stored " + ui.Bytes(all) + ", never fetched " + ui.Bytes(vain)
		if labelled(i, len(r.Days)) {
			chart.Points[i].Label = day.Day.Start().Format("2 Jan")
		}
	}
	chart.Lines = []ui.Line{stored, unfetched}
	chart.Summary = usageSummary(r, most)
	return chart
}

// labelled tells which days are named below the axis: every day of a week, each
// week of a month, each third week of a season.
func labelled(i, days int) bool {
	switch {
	case days <= 10:
		return true
	case days <= 31:
		return i%7 == 0
	}
	return i%21 == 0
}

func usageSummary(r usage.Report, most int64) string {
	first, last := r.Days[0], r.Days[len(r.Days)-1]
	return "From " + stamp(first.Day.Start()) + " to " + stamp(last.Day.Start()) + ": " +
		ui.Bytes(average(first.Use, first.Seconds)) + " on the first day, " + ui.Bytes(average(last.Use, last.Seconds)) +
		" on the last, at most " + ui.Bytes(most) + " on " + strconv.Itoa(len(r.Days)) + " days. The table below has every value."
}

func stamp(t time.Time) string { return t.Format("2 January 2006") }

func chartUnit(most int64) (name string, size float64) {
	switch {
	case most < 1e6:
		return "kB", 1e3
	case most < 1e9:
		return "MB", 1e6
	case most < 1e13:
		return "GB", 1e9
	}
	return "TB", 1e12
}
