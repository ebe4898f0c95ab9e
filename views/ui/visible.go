package ui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible makes a name readable that may hold any bytes, as object keys do: control characters become their symbols
// (␊), marks that reorder or hide text become their code (\u202E), and bytes that are no UTF-8 become \xNN. So two
// different names never look alike by what cannot be seen. It does not escape HTML; templ does.
func Visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02X`, s[i])
		case r < 0x20:
			b.WriteRune(0x2400 + r)
		case r == 0x7F:
			b.WriteRune('␡')
		case hidden(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// VisibleLines is Visible for what a person wrote in lines, which it keeps.
func VisibleLines(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = Visible(line)
	}
	return strings.Join(lines, "\n")
}

func plain(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || r < 0x20 || r == 0x7F || hidden(r) {
			return false
		}
	}
	return true
}

// hidden tells what a reader cannot see: C1 controls, direction marks, and spaces of no width. The joiners stay:
// emoji and several scripts are written with them.
func hidden(r rune) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = '\u200C', '\u200D'
	if r == zeroWidthNonJoiner || r == zeroWidthJoiner || (r >= 0xE0020 && r <= 0xE007F) {
		return false
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// Masked shortens an access key id to what tells it from another: SEAK4F7Q…B0DZ.
func Masked(id string) string {
	r := []rune(Visible(id))
	if len(r) <= 12 {
		return string(r)
	}
	return string(r[:8]) + "…" + string(r[len(r)-4:])
}
