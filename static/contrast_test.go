package static_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// colours reads the tokens as they are written, light and dark.
func colours(t *testing.T) map[string][2]string {
	t.Helper()
	b, err := os.ReadFile("css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][2]string{}
	pair := regexp.MustCompile(`--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);`)
	for _, m := range pair.FindAllStringSubmatch(string(b), -1) {
		all[m[1]] = [2]string{m[2], m[3]}
	}
	single := regexp.MustCompile(`--([a-z0-9-]+): (#[0-9a-f]{6});`)
	for _, m := range single.FindAllStringSubmatch(string(b), -1) {
		all[m[1]] = [2]string{m[2], m[2]}
	}
	return all
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	channel := func(s string) float64 {
		n, err := strconv.ParseUint(s, 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(hex[1:3]) + 0.7152*channel(hex[3:5]) + 0.0722*channel(hex[5:7])
}

// TestTokensHaveContrast computes every pair of colours that meets on a screen: 4.5 for text, 3 for the edge of a field and
// the ring of focus (WCAG 2.2, 1.4.3 and 1.4.11).
func TestTokensHaveContrast(t *testing.T) {
	t.Parallel()
	const text, edge = 4.5, 3.0
	surfaces := []string{"canvas", "surface", "sunken", "foot"}
	tokens := colours(t)
	check := func(front, back string, least float64) {
		t.Helper()
		f, ok := tokens[front]
		b, found := tokens[back]
		if !ok || !found {
			t.Fatalf("no token %s or %s", front, back)
		}
		for i, theme := range []string{"light", "dark"} {
			light, dark := luminance(t, f[i]), luminance(t, b[i])
			if light < dark {
				light, dark = dark, light
			}
			if ratio := (light + 0.05) / (dark + 0.05); ratio < least {
				t.Errorf("%s on %s in %s: %.2f, at least %.1f", front, back, theme, ratio, least)
			}
		}
	}
	for _, back := range surfaces {
		for _, front := range []string{"text", "text-2", "muted", "accent-text", "bad"} {
			check(front, back, text)
		}
		check("field", back, edge)
		check("focus", back, edge)
	}
	for _, tone := range []string{"ok", "warn", "bad", "info"} {
		check(tone, tone+"-soft", text)
		check("text", tone+"-soft", text)
		check("accent-text", tone+"-soft", text)
	}
	check("accent-text", "accent-soft", text)
	check("text", "accent-soft", text)
	check("muted", "accent-soft", text)
	check("text", "raised", text)
	check("accent-ink", "accent", text)
	check("bad-ink", "bad", text)
	check("canvas", "text", text)
}
