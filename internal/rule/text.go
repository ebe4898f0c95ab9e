package rule

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// equalRune compares two characters by Unicode simple folding, the way
// strings.EqualFold does, so that all operators agree on what is equal.
func equalRune(a, b rune) bool {
	if a == b {
		return true
	}
	if a < utf8.RuneSelf && b < utf8.RuneSelf {
		return lowerASCII(a) == lowerASCII(b) && isLetterASCII(a)
	}
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return true
		}
	}
	return false
}

func lowerASCII(r rune) rune { return r | 0x20 }

func isLetterASCII(r rune) bool { return 'a' <= lowerASCII(r) && lowerASCII(r) <= 'z' }

// hasPrefix is strings.HasPrefix, with folding where asked for. It compares
// by character, since a folded one may be of another length.
func hasPrefix(s, prefix string, fold bool) bool {
	if !fold {
		return strings.HasPrefix(s, prefix)
	}
	for prefix != "" {
		want, n := utf8.DecodeRuneInString(prefix)
		got, m := utf8.DecodeRuneInString(s)
		if m == 0 || !equalRune(want, got) {
			return false
		}
		prefix, s = prefix[n:], s[m:]
	}
	return true
}

// glob is a pattern: * stands for any characters or none, slashes included; ?
// for exactly one; \ takes the meaning off the next one; all else stands for
// itself.
type glob struct {
	tokens []token
	slash  bool // held against a whole key
	fold   bool
}

type token struct {
	star, any bool
	char      rune
}

// newGlob reads a pattern. Every text is one: a \ at the end means itself.
func newGlob(pattern string, fold bool) glob {
	g := glob{fold: fold, slash: strings.Contains(pattern, "/")}
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped:
			g.tokens, escaped = append(g.tokens, token{char: r}), false
		case r == '\\':
			escaped = true
		case r == '*':
			if n := len(g.tokens); n == 0 || !g.tokens[n-1].star {
				g.tokens = append(g.tokens, token{star: true})
			}
		case r == '?':
			g.tokens = append(g.tokens, token{any: true})
		default:
			g.tokens = append(g.tokens, token{char: r})
		}
	}
	if escaped {
		g.tokens = append(g.tokens, token{char: '\\'})
	}
	return g
}

// match holds a text against the pattern. On a mismatch it lets the last star
// take one character more; earlier stars never need to be looked at again, so
// the worst case is the product of both lengths, never exponential.
func (g *glob) match(s string) bool {
	next, at := 0, 0      // token and byte to compare
	star, starAt := -1, 0 // token after the last star, and where its text begins
	for at < len(s) || next < len(g.tokens) {
		if next < len(g.tokens) && g.tokens[next].star {
			next++
			star, starAt = next, at
			if next == len(g.tokens) {
				return true
			}
			continue
		}
		if next < len(g.tokens) && at < len(s) {
			r, n := utf8.DecodeRuneInString(s[at:])
			if g.tokens[next].matches(r, g.fold) {
				next, at = next+1, at+n
				continue
			}
		}
		if star < 0 || starAt >= len(s) {
			return false
		}
		_, n := utf8.DecodeRuneInString(s[starAt:])
		starAt += n
		next, at = star, starAt
	}
	return true
}

func (t token) matches(r rune, fold bool) bool {
	return t.any || t.char == r || fold && equalRune(t.char, r)
}
