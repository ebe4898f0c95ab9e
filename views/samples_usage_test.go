package views_test

import (
	"fmt"
	"math"

	"seaportal/views"
	"seaportal/views/ui"
)

func usageProps() views.UsageProps {
	stored, vain := ui.Line{Name: "Stored, GB"}, ui.Line{Name: "Never fetched, GB"}
	in := views.UsageProps{
		Unit: &unit, Period: "30d", Month: "November", Charge: "€ 1.34", Forecast: "€ 1.72", GBDays: "1,187.4", Files: 1240, Bytes: 58_100_000_000,
		InVain: views.UsageInVain{Files: 412, Charge: "€ 0.38"}, Rate: "€ 0.045 per GB-month", Held: true,
		Formula: []string{"312.7 GB-days × € 0.04 per GB-month ÷ 30 days of the month", "614.9 GB-days × € 0.045 per GB-month ÷ 30 days of the month"},
		Lines: []views.UsageLine{
			{Name: "Call recordings for Northwind audit", Href: home + "/rules/1", Files: 1102, GBDays: "1,002.1", Charge: "€ 1.13", InVain: views.UsageInVain{Files: 400, Charge: "€ 0.36"}},
			{Name: "QA samples", Href: home + "/rules/2", Deleted: true, Files: 138, GBDays: "185.3", Charge: "€ 0.21", InVain: views.UsageInVain{Files: 12, Charge: "€ 0.02"}},
			{Name: absurd[:120], Href: home + "/rules/3", Files: 1, GBDays: "0.000012", Charge: "€ 0.00"},
		},
		Total: views.UsageLine{Files: 1241, GBDays: "1,187.4", Charge: "€ 1.34", InVain: views.UsageInVain{Files: 412, Charge: "€ 0.38"}},
	}
	for i := range 30 {
		day := now.AddDate(0, 0, i-29)
		gb := 30 + 9*math.Sin(float64(i)/4) + float64(i)*0.7
		stored.Values, vain.Values = append(stored.Values, gb), append(vain.Values, gb/3+2*math.Cos(float64(i)/3))
		point := ui.Point{Tip: fmt.Sprintf("%s: stored %.1f GB, never fetched %.1f GB", day.Format("2 Jan"), gb, gb/3)}
		if i%7 == 0 {
			point.Label = day.Format("2 Jan")
		}
		in.Chart.Points = append(in.Chart.Points, point)
		in.Days = append([]views.UsageDay{{
			Day: day.Format("2 Jan 2006"), Stored: fmt.Sprintf("%.1f GB", gb), Files: int64(gb * 20), GBDays: fmt.Sprintf("%.3f", gb), Rate: "€ 0.045", Charge: "€ 0.04", InVain: "€ 0.01",
		}}, in.Days...)
	}
	in.Chart.Labelled, in.Chart.Lines = "stored", []ui.Line{stored, vain}
	in.Chart.Summary = "From 25 October 2026 to 23 November 2026: 30 GB on the first day, 58.1 GB on the last."
	return in
}

func usageSamples() []sample {
	at := page(home + "/usage")
	full := usageProps()
	all := full
	all.Unit, all.Lines = nil, []views.UsageLine{{Name: "EMEA Contact Centre", Href: home + "/usage?period=90d", Files: 1241, GBDays: "1,187.4", Charge: "€ 1.34 + ¥ 12"}}
	all.Period = "90d"
	unpriced := full
	unpriced.Rate, unpriced.Charge, unpriced.Forecast, unpriced.InVain.Charge = "", "", "", ""
	flat := unpriced
	flat.Period = "7d"
	flat.Chart.Points, flat.Chart.Lines = full.Chart.Points[:1], []ui.Line{{Name: "Stored, kB", Values: []float64{0}}, {Name: "Never fetched, kB", Values: []float64{0}}}
	rates := views.PortalSettingsProps{
		Currencies: []string{"EUR", "JPY"}, Currency: "EUR", From: "2026-12-01", Earliest: "2026-11-24",
		Rates: []views.RateRow{
			{ID: 3, From: "1 Dec 2026", Rate: "€ 0.05", State: "planned", CreatedAt: now, CreatedBy: "Ada Admin"},
			{ID: 2, From: "10 Nov 2026", Until: "30 Nov 2026", Rate: "€ 0.045", State: "now", CreatedAt: now.AddDate(0, -1, 0), CreatedBy: "Ada Admin"},
			{ID: 1, From: "1 Jan 2026", Until: "9 Nov 2026", Rate: "€ 0.04", State: "past", CreatedAt: now.AddDate(-1, 0, 0), CreatedBy: absurd[:100]},
		},
	}
	refused := rates
	refused.Amount, refused.Currency, refused.From = "a lot", "EURO", "2026-11-23"
	refused.Errors = map[string]string{
		"rate": "Enter a number such as 0.023, with at most 10 decimals.", "currency": "Enter a code of ISO 4217, such as EUR.",
		"from": "Choose tomorrow or later: a new rate never changes a day that has begun.",
	}
	return []sample{
		{"usage", views.Usage(at, full)},
		{"usage-all", views.Usage(page("/usage"), all)},
		{"usage-unpriced", views.Usage(viewer(home+"/usage"), unpriced)},
		{"usage-flat", views.Usage(at, flat)},
		{"usage-empty", views.Usage(at, views.UsageProps{Unit: &unit, Period: "month", Rate: "€ 0.045 per GB-month"})},
		{"portal-settings", views.PortalSettings(page("/settings"), rates)},
		{"portal-settings-empty", views.PortalSettings(page("/settings"), views.PortalSettingsProps{From: "2026-11-01"})},
		{"portal-settings-refused", views.PortalSettings(page("/settings"), refused)},
	}
}
