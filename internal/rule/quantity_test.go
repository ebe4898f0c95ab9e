package rule

import (
	"math"
	"strconv"
	"testing"
	"time"
)

func TestParseSize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want int64
		ok   bool
	}{
		{"0", 0, true},
		{"500", 500, true},
		{"500 bytes", 500, true},
		{"10 MB", 10_000_000, true},
		{"10mb", 10_000_000, true},
		{" 10 MiB ", 10 << 20, true},
		{"1.5 GB", 1_500_000_000, true},
		{"0.1 kB", 100, true},
		{"2 GiB", 2 << 30, true},
		{"9223372036854775807", math.MaxInt64, true},
		{"9223372036854775808", 0, false},
		{"9999999 TiB", 0, false},
		{"0.5", 0, false},
		{"0.3 KiB", 0, false},
		{"-1", 0, false},
		{"1e3", 0, false},
		{"1.2.3", 0, false},
		{".5 MB", 0, false},
		{"5. MB", 0, false},
		{"MB", 0, false},
		{"10 PB", 0, false},
		{"", 0, false},
		{"1,000", 0, false},
	}
	for _, tt := range tests {
		got, err := ParseSize(tt.in)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("ParseSize(%q) = %d, %v; want %d, ok %v", tt.in, got, err, tt.want, tt.ok)
		}
	}
}

func TestParseStored(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 9, 20, 0, 0, 0, 0, time.UTC)
	from, until, err := ParseStored(" 2026-09-20 ")
	if err != nil || !from.Equal(day) || !until.Equal(day.Add(24*time.Hour)) {
		t.Errorf("a date means %v to %v (%v)", from, until, err)
	}
	from, until, err = ParseStored("2026-09-20T02:00:00+02:00")
	if err != nil || !from.Equal(day) || !until.Equal(day.Add(1)) {
		t.Errorf("an instant means %v to %v (%v)", from, until, err)
	}
	for _, in := range []string{"", "2026-02-30", "20.9.2026", "2 days", "2026-09-20T10:00"} {
		if _, _, err := ParseStored(in); err == nil {
			t.Errorf("ParseStored(%q) is accepted", in)
		}
	}
}

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]float64{"0": 0, "-2.5": -2.5, "+7": 7, ".5": 0.5, "60": 60} {
		if got, ok := parseNumber(in); !ok || got != want {
			t.Errorf("parseNumber(%q) = %v, %v", in, got, ok)
		}
	}
	for _, in := range []string{"", ".", "-", "1e5", "NaN", "Inf", "0x1", "1.2.3", "1_0", "1-", "60 s"} {
		if _, ok := parseNumber(in); ok {
			t.Errorf("parseNumber(%q) is accepted", in)
		}
	}
}

func FuzzQuantities(f *testing.F) {
	for _, s := range []string{"10 MB", "1.5GiB", "2026-09-20", "2026-09-20T00:00:00Z", "-3.5", "9e9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := ParseSize(s); err == nil && n < 0 {
			t.Errorf("size %q is %d", s, n)
		}
		if from, until, err := ParseStored(s); err == nil && !from.Before(until) {
			t.Errorf("stored %q is %v to %v", s, from, until)
		}
		if n, ok := parseNumber(s); ok {
			if want, err := strconv.ParseFloat(s, 64); err != nil || n != want {
				t.Errorf("number %q is %v, strconv says %v (%v)", s, n, want, err)
			}
		}
	})
}
