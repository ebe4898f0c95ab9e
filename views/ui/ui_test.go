package ui_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"seaportal/views/ui"
)

var now = time.Date(2026, 11, 23, 9, 52, 0, 0, time.UTC)

func TestFullSizeSaysNothingTwice(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1.0 kB (1,000 bytes)", 14_200_133: "14.2 MB (14,200,133 bytes)"} {
		if got := ui.FullSize(n); got != want {
			t.Errorf("FullSize(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 14_200_133: "14.2 MB", 999_949: "999.9 kB", 999_950: "1.0 MB",
		58_100_000_000: "58.1 GB", 1<<63 - 1: "9.2 EB",
	} {
		if got := ui.Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -999: "-999"} {
		if got := ui.Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
	if got := ui.Plural(1, "file", "files") + ui.Plural(0, "file", "files"); got != "1 file0 files" {
		t.Errorf("got %q", got)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{ui.Moment(now.Add(-time.Hour), now), "Today, 08:52"},
		{ui.Moment(now.Add(-10*time.Hour), now), "Yesterday, 23:52"},
		{ui.Moment(now.AddDate(0, -1, 0), now), "23 Oct, 09:52"},
		{ui.Moment(now.AddDate(-1, 0, 0), now), "23 Nov 2025"},
		{ui.Moment(time.Time{}, now), "—"},
		{ui.Ago(now.Add(-30*time.Second), now), "just now"},
		{ui.Ago(now.Add(-18*time.Minute), now), "18 minutes ago"},
		{ui.Ago(time.Time{}, now), "never"},
		{ui.Left(now.Add(47*time.Hour), now), "47 hours"},
		{ui.Left(now.Add(-time.Hour), now), "now"},
		{ui.Day(now, now), "Today, 23 November 2026"},
		{ui.Day(now.AddDate(0, 0, -2), now), "Saturday, 21 November 2026"},
		{ui.Exact(now.In(time.FixedZone("x", 3600))), "23 Nov 2026, 09:52"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestSpansAreRoundedToTheNearestUnit(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]string{
		-time.Hour: "now", 0: "now", time.Second: "less than a minute", time.Minute: "1 minute", 89 * time.Second: "1 minute",
		90 * time.Second: "2 minutes", 2*time.Hour - 31*time.Second: "119 minutes", 2*time.Hour - 30*time.Second: "2 hours",
		day - time.Second: "24 hours", 47*time.Hour + 29*time.Minute: "47 hours", 2*day - 30*time.Minute: "2 days",
		2*day + 12*time.Hour: "3 days", 3*day - time.Second: "3 days", 7*day - time.Minute: "7 days",
		30*day - 10*time.Minute: "30 days", 29*day + 11*time.Hour: "29 days",
	} {
		if got := ui.Left(now.Add(d), now); got != want {
			t.Errorf("%s are left: %q, want %q", d, got, want)
		}
	}
	if got := ui.Ago(now.Add(-7*day+time.Minute), now); got != "7 days ago" {
		t.Errorf("got %q", got)
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain name ü 👩‍🚀.wav": "plain name ü 👩‍🚀.wav",
		"a\nb\tc\x00":          "a␊b␉c␀",
		"\x7f\u0085":           `␡\u0085`,
		"a\u202Efdp.exe":       `a\u202Efdp.exe`,
		"\u200b\ufeff\u2028":   `\u200B\uFEFF\u2028`,
		"\xff\xfeok":           `\xFF\xFEok`,
		"\ufffd":               "\ufffd",
	} {
		if got := ui.Visible(in); got != want {
			t.Errorf("Visible(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestVisibleIsAlwaysVisible(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := string(rapid.SliceOf(rapid.Byte()).Draw(t, "key"))
		got := ui.Visible(raw)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\n\r\t\u202e\u2066\u200b") {
			t.Fatalf("Visible(%q) = %q", raw, got)
		}
		if again := ui.Visible(got); again != got {
			t.Fatalf("%q is made visible twice: %q", got, again)
		}
	})
}

func TestMasked(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "SEAK": "SEAK", "SEAK4F7Q2M9XC1VTB0DZ": "SEAK4F7Q…B0DZ"} {
		if got := ui.Masked(in); got != want {
			t.Errorf("Masked(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFieldIDsAreWords(t *testing.T) {
	t.Parallel()
	if got := ui.FieldID("c[0].value"); got != "f-c-0-value" {
		t.Errorf("got %q", got)
	}
}
