package rule

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"seaportal/internal/fault"
)

func compiled(t testing.TB, d Definition) *Matcher {
	t.Helper()
	m, err := Compile(d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestConditions(t *testing.T) {
	t.Parallel()
	file := File{
		Name: "2026/09/call-17.wav", Size: 1_000_000,
		Stored: time.Date(2026, 9, 20, 23, 59, 59, 999, time.UTC), MediaType: CallRecording,
		Attributes: map[string]string{
			"skill": "Claims DE", "team": "Straße", "agent": "Anna", "dnis": "+4930", "language": "de",
			"duration": "61.5", "empty": "",
		},
	}
	tests := []struct {
		condition string // field op values
		want      bool
	}{
		{"skill any-of Sales,claims de", true},
		{"skill any-of Sales", false},
		{"skill none-of CLAIMS DE", false},
		{"skill none-of Sales", true},
		{"skill starts-with cLAIMS", true},
		{"skill starts-with laims", false},
		{"skill starts-with Claims DE and more", false},
		{"skill matches claims ??", true},
		{"skill matches claims ?", false},
		{"skill matches *x*,*LAIM*", true},
		{"skill exists ", true},
		{"skill missing ", false},
		{"team any-of STRASSE", false}, // simple folding: ß is one letter
		{"team any-of straße", true},
		{"agent any-of anna", false},
		{"agent any-of Anna", true},
		{"agent starts-with an", false},
		{"agent matches a*", false},
		{"dnis starts-with +49", true},
		{"disposition any-of sale", false},
		{"disposition none-of sale", true},
		{"disposition matches *", false},
		{"disposition starts-with s", false},
		{"disposition exists ", false},
		{"disposition missing ", true},
		{"attr:empty missing ", true},
		{"attr:empty exists ", false},
		{"attr:empty none-of x", true},
		{"attr:language any-of DE", false},
		{"attr:language any-of de", true},
		{"attr:language at-least 0", false}, // no number
		{"attr:duration at-least 61.5", true},
		{"attr:duration at-least 100", false}, // as numbers, not as texts
		{"attr:duration at-most 100", true},
		{"attr:duration at-most 61", false},
		{"attr:nothing at-most 61", false},
		{"name any-of call-17.wav", true},
		{"name any-of CALL-17.wav", false},
		{"name any-of 2026/09/call-17.wav", false},
		{"name none-of call-17.wav", false},
		{"name starts-with call-", true},
		{"name starts-with 2026", false},
		{"name matches *.wav", true},
		{"name matches 2026*", false},
		{"name matches 2026/*", true},
		{"name matches 2026/*.wav", true}, // * crosses slashes
		{"name matches */call-??.wav", true},
		{"name matches /call*", false},
		{"name matches *.mp3,2026/*", true},
		{"size at-least 1 MB", true},
		{"size at-least 1 MiB", false},
		{"size at-most 1000000", true},
		{"size at-most 999999", false},
		{"stored at-least 2026-09-20", true},
		{"stored at-most 2026-09-20", true},
		{"stored at-least 2026-09-21", false},
		{"stored at-most 2026-09-19", false},
		{"stored at-least 2026-09-20T23:59:59Z", true},
		{"stored at-most 2026-09-20T23:59:59Z", false},
		{"stored at-most 2026-09-20T23:59:59.000000999Z", true},
	}
	for _, tt := range tests {
		t.Run(tt.condition, func(t *testing.T) {
			t.Parallel()
			part := strings.SplitN(tt.condition, " ", 3)
			values, err := ReadValues(part[2])
			if err != nil {
				t.Fatal(err)
			}
			c := Condition{Field: ReadField(part[0]), Operator: Operator(part[1]), Values: values}
			m := compiled(t, Definition{MediaType: CallRecording, Criteria: Criteria{c}})
			if got := m.Match(file); got != tt.want {
				t.Errorf("Match is %v", got)
			}
		})
	}
}

func TestNoConditionMatchesTheWholeMediaType(t *testing.T) {
	t.Parallel()
	m := compiled(t, Definition{MediaType: Email})
	if !m.Match(File{MediaType: Email}) || m.Match(File{MediaType: Other}) {
		t.Error("not exactly the media type matches")
	}
}

func TestCompileRefusesWhatValidateRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []Condition{
		{Field: "colour", Operator: AnyOf, Values: []string{"red"}},
		{Field: Size, Operator: AtLeast, Values: []string{"big"}},
		{Field: Skill, Operator: AnyOf},
		{Field: Skill, Operator: "like", Values: []string{"x"}},
	} {
		m, err := Compile(Definition{Criteria: Criteria{c}})
		if m != nil || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%v compiles: %v", c, err)
		}
	}
}

func TestGlobAgreesWithRegexp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		alphabet := []rune{'a', 'b', 'A', 'é', 'É', '/', '*', '?', '\\', 'k', '\u212a', '.'}
		pattern := rapid.StringOfN(rapid.SampledFrom(alphabet), 0, 8, -1).Draw(t, "pattern")
		text := rapid.StringOfN(rapid.SampledFrom(alphabet), 0, 10, -1).Draw(t, "text")
		fold := rapid.Bool().Draw(t, "fold")
		g := newGlob(pattern, fold)
		if got, want := g.match(text), globAsRegexp(pattern, fold).MatchString(text); got != want {
			t.Fatalf("%q against %q: %v, want %v", text, pattern, got, want)
		}
	})
}

// globAsRegexp says what a pattern means in other words.
func globAsRegexp(pattern string, fold bool) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s`)
	if fold {
		b.WriteString(`i`)
	}
	b.WriteString(`)\A`)
	runes := []rune(pattern)
	for i := 0; i < len(runes); i++ {
		switch {
		case runes[i] == '\\' && i+1 < len(runes):
			i++
			b.WriteString(regexp.QuoteMeta(string(runes[i])))
		case runes[i] == '*':
			b.WriteString(`.*`)
		case runes[i] == '?':
			b.WriteString(`.`)
		default:
			b.WriteString(regexp.QuoteMeta(string(runes[i])))
		}
	}
	return regexp.MustCompile(b.String() + `\z`)
}

func TestGlobStaysFastOnManyStars(t *testing.T) {
	t.Parallel()
	g := newGlob(strings.Repeat("*a", 500), false)
	if g.match(strings.Repeat("a", 499) + strings.Repeat("b", 500)) {
		t.Error("499 letters fill 500 places")
	}
}

func TestPrefixAgreesWithEqualFold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		alphabet := []rune{'a', 'A', 'ß', 'ẞ', 'K', 'k', '\u212a', 'σ', 'ς', 'Σ', '@', '`', ' '}
		s := rapid.StringOfN(rapid.SampledFrom(alphabet), 0, 5, -1).Draw(t, "s")
		prefix := rapid.StringOfN(rapid.SampledFrom(alphabet), 0, 4, -1).Draw(t, "prefix")
		head := []rune(s)
		head = head[:min(len(head), len([]rune(prefix)))]
		if got, want := hasPrefix(s, prefix, true), strings.EqualFold(string(head), prefix); got != want {
			t.Fatalf("%q begins with %q: %v, want %v", s, prefix, got, want)
		}
	})
}

func FuzzGlob(f *testing.F) {
	f.Add("*.wav", "a.wav")
	f.Add(`\`, `\`)
	f.Add("?", "\xff")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		g := newGlob(pattern, true)
		g.match(text)
		var quoted strings.Builder
		for _, r := range text { // a byte that is no UTF-8 counts as one character
			if r == utf8.RuneError {
				quoted.WriteByte('?')
				continue
			}
			quoted.WriteString(`\` + string(r))
		}
		if exact := newGlob(quoted.String(), false); !exact.match(text) {
			t.Errorf("%q does not match itself", text)
		}
	})
}
