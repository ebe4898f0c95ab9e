package ui

import (
	"time"
)

// Zone is the zone of every time that a page shows; pages name it once.
const Zone = "UTC"

// Exact writes an instant to the minute: 21 Nov 2026, 09:14. The zero time is a dash.
func Exact(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.UTC().Format("2 Jan 2006, 15:04")
}

// Precise writes an instant to the second with its zone: what a tooltip and an evidence line show.
func Precise(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 MST")
}

// Moment writes an instant as short as the reader needs it at now: "Today, 09:31", "21 Nov, 09:14", "12 Mar 2025".
func Moment(t, now time.Time) string {
	if t.IsZero() {
		return "—"
	}
	t, now = t.UTC(), now.UTC()
	switch {
	case sameDay(t, now):
		return "Today, " + t.Format("15:04")
	case sameDay(t, now.AddDate(0, 0, -1)):
		return "Yesterday, " + t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format("2 Jan, 15:04")
	}
	return t.Format("2 Jan 2006")
}

// Ago writes how long before now an instant lies: "just now", "18 minutes ago". The zero time is "never".
func Ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	if d := now.Sub(t); d >= time.Minute {
		return span(d) + " ago"
	}
	return "just now"
}

// Left writes how long after now an instant lies: "28 days", "5 hours". An instant that has come is "now".
func Left(t, now time.Time) string {
	if t.IsZero() {
		return "—"
	}
	switch d := t.Sub(now); {
	case d >= time.Minute:
		return span(d)
	case d > 0:
		return "less than a minute"
	}
	return "now"
}

// Day writes the heading of a day in a list that is grouped by days.
func Day(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	switch {
	case sameDay(t, now):
		return "Today, " + t.Format("2 January 2006")
	case sameDay(t, now.AddDate(0, 0, -1)):
		return "Yesterday, " + t.Format("2 January 2006")
	}
	return t.Format("Monday, 2 January 2006")
}

// span rounds to the nearest unit, of which there are two at least but for minutes: what began a minute ago and takes 30 days
// is over in 30 days. The exact instant is at hand where it matters.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d.Round(time.Minute) < 2*time.Hour:
		return Plural(int64(d.Round(time.Minute)/time.Minute), "minute", "minutes")
	case d.Round(time.Hour) < 2*day:
		return Plural(int64(d.Round(time.Hour)/time.Hour), "hour", "hours")
	}
	return Plural(int64(d.Round(day)/day), "day", "days")
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }
