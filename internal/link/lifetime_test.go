package link_test

import (
	"testing"
	"time"

	"seaportal/internal/link"
)

func TestParseLifetime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"1h": time.Hour, "24h": 24 * time.Hour, "7d": 7 * 24 * time.Hour, " 90m ": 90 * time.Minute, "1h30m": 90 * time.Minute,
	} {
		if got, err := link.ParseLifetime(text); err != nil || got != want {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "d", "7", "-1d", "1.5d", "99999999999999999999d", "4000d", "for ever"} {
		if got, err := link.ParseLifetime(text); err == nil {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func FuzzParseLifetime(f *testing.F) {
	for _, text := range []string{"1h", "7d", "-3d", "1h1d", "9223372036854775807d"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := link.ParseLifetime(text); err != nil && got != 0 {
			t.Errorf("%q: %s with %v", text, got, err)
		}
	})
}
