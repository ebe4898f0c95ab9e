package rule

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestReadValues(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want []string
		err  error
	}{
		{"", nil, nil},
		{" , ,", nil, nil},
		{"Claims DE, Claims AT", []string{"Claims DE", "Claims AT"}, nil},
		{"a,a,b,a", []string{"a", "b"}, nil},
		{`Smith\, Anna, Weber`, []string{"Smith, Anna", "Weber"}, nil},
		{`"Smith, Anna", "say ""hi""" ,x`, []string{"Smith, Anna", `say "hi"`, "x"}, nil},
		{`" padded "`, []string{" padded "}, nil},
		{`5" disk, C:\temp\, x`, []string{`5" disk`, `C:\temp, x`}, nil},
		{`*.wav, a\*b`, []string{"*.wav", `a\*b`}, nil},
		{`""`, nil, nil},
		{`"open`, nil, errQuoteOpen},
		{`"a" b`, nil, errQuoteTail},
	}
	for _, tt := range tests {
		got, err := ReadValues(tt.in)
		if err != tt.err { //nolint:errorlint // the very error is meant
			t.Errorf("ReadValues(%q): %v, want %v", tt.in, err, tt.err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("ReadValues(%q): %s", tt.in, diff)
		}
	}
}

func TestWrittenValuesReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfDistinct(rapid.StringOfN(rapid.OneOf(
			rapid.SampledFrom([]rune(`,"\ ab*?`)), rapid.Rune()), 1, 12, -1), rapid.ID).Draw(t, "values")
		got, err := ReadValues(WriteValues(values))
		if err != nil {
			t.Fatal(err)
		}
		if len(values) == 0 {
			values = nil
		}
		if diff := cmp.Diff(values, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzReadValues(f *testing.F) {
	for _, s := range []string{"a, b", `"a""b",c`, `a\,b`, `"`, `"a"b`, ",,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		values, err := ReadValues(s)
		if err != nil {
			return
		}
		again, err := ReadValues(WriteValues(values))
		if err != nil || !cmp.Equal(values, again) {
			t.Errorf("%q gave %q, then %q (%v)", s, values, again, err)
		}
		for _, v := range values {
			if v == "" || len(v) > len(s) {
				t.Errorf("%q gave %q", s, strings.Join(values, "|"))
			}
		}
	})
}
