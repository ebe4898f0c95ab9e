package views_test

import (
	"time"

	"seaportal/views"
)

// receipts are downloads of a file by every way, and by an absurd one.
func receipts() []views.Receipt {
	return []views.Receipt{
		{ID: 6, At: now.Add(-time.Minute), By: "Ada Admin", Via: "portal", Address: "192.0.2.7"},
		{ID: 5, At: now.Add(-time.Hour), LastAt: now.Add(-50 * time.Minute), By: "SEAK4F7Q2M9XC1VTB0DZ", Via: "client", Address: "2001:db8:85a3::8a2e:370:7334", Requests: 640, Bytes: 212_800_000, Complete: true},
		{ID: 4, At: now.Add(-2 * time.Hour), LastAt: now.Add(-2 * time.Hour), By: "SEAK4F7Q2M9XC1VTB0DZ", Via: "client", Address: "198.51.100.4", Requests: 1, Bytes: 1_048_576},
		{ID: 3, At: now.AddDate(0, 0, -1), LastAt: now.AddDate(0, 0, -1), By: "share link 4", Via: "link", Address: "203.0.113.9", Requests: 1, Bytes: 212_800_000, Complete: true},
		{ID: 2, At: now.AddDate(0, 0, -1), By: absurd[:300], Via: "link", Address: absurd[:60], Requests: 1 << 40, Bytes: 1 << 62},
	}
}

func unfetchedSamples() []sample {
	row := func(id int64, key string, size int64, left time.Duration) views.UnfetchedRow {
		return views.UnfetchedRow{
			ID: id, Key: key, Slug: unit.Slug, UnitName: unit.Name, RuleID: 1, Rule: "Northwind audit", Size: size,
			Placed: now.Add(left).AddDate(0, 0, -30), Expires: now.Add(left),
		}
	}
	rows := []views.UnfetchedRow{
		row(3, "2026-10-24_0914_a81f.wav", 14_200_000, 40*time.Minute),
		row(4, absurd, 0, 20*time.Hour),
		row(9, "call-recording/claims/2026-10-26_0917_77c0.mp4", 212_800_000, 70*time.Hour),
	}
	rows[1].UnitName, rows[1].Rule = absurd[:300], longName
	all := views.UnfetchedProps{
		Days: 3, Files: 12_408, Bytes: 58_100_000_000, Report: "/unfetched", Export: "/unfetched.csv", Rows: rows, Next: "/unfetched?days=3&from=1-9",
	}
	one := all
	one.Unit, one.Report, one.Export, one.Files, one.Start, one.Next = &unit, home+"/unfetched", home+"/unfetched.csv", 1, home+"/unfetched?days=3", ""
	none := one
	none.Rows, none.Start, none.Days = nil, "", 400
	return []sample{
		{"unfetched-all", views.Unfetched(page("/unfetched"), all)},
		{"unfetched", views.Unfetched(page(home+"/unfetched"), one)},
		{"unfetched-none", views.Unfetched(page(home+"/unfetched"), none)},
		{"unfetched-all-none", views.Unfetched(viewer("/unfetched"), views.UnfetchedProps{Days: 7, Report: "/unfetched", Export: "/unfetched.csv"})},
	}
}
