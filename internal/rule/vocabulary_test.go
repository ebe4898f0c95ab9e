package rule

import (
	"strings"
	"testing"
)

func TestVocabularyIsValidAndLabelled(t *testing.T) {
	t.Parallel()
	type word interface {
		Valid() bool
		Label() string
	}
	var words []word
	for _, w := range MediaTypes() {
		words = append(words, w)
	}
	for _, w := range Actions() {
		words = append(words, w)
	}
	for _, w := range States() {
		words = append(words, w)
	}
	for _, w := range Fields() {
		words = append(words, w)
	}
	for _, w := range Operators() {
		words = append(words, w)
	}
	for _, w := range words {
		if !w.Valid() || w.Label() == "" || strings.Contains(w.Label(), "-") {
			t.Errorf("%v: valid %v, label %q", w, w.Valid(), w.Label())
		}
	}
	for _, w := range []word{MediaType("fax"), Action("burn"), State("off"), Field("colour"), Operator("like")} {
		if w.Valid() {
			t.Errorf("%v is valid", w)
		}
	}
}

func TestEveryFieldHasOperatorsAndAHint(t *testing.T) {
	t.Parallel()
	for _, f := range append(Fields(), Attr("language")) {
		if len(OperatorsFor(f)) == 0 || f.Hint() == "" {
			t.Errorf("%s has operators %v and hint %q", f, OperatorsFor(f), f.Hint())
		}
		for _, o := range Operators() {
			if o.LabelFor(f) == "" {
				t.Errorf("%s of %s has no label", o, f)
			}
		}
	}
	if AtLeast.Fits(Skill) || AnyOf.Fits(Size) || !AtMost.Fits(Attr("duration")) {
		t.Error("operators do not follow the field's type")
	}
}

func TestReadField(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in    string
		want  Field
		valid bool
	}{
		{"skill", Skill, true},
		{" size ", Size, true},
		{"attr:Language", "attr:language", true},
		{"attr:skill", Skill, true},
		{"attr:contact_id", ContactID, true},
		{"attr:call_center", "attr:call_center", true},
		{"attr:name", "attr:name", true},
		{"attr:media-type", "attr:media-type", false},
		{"attr:media_type", "attr:media-type", false},
		{"attr:", "attr:", false},
		{"attr:two words", "attr:two words", false},
		{"attr:grüße", "attr:grüße", false},
		{"attr:" + strings.Repeat("x", 129), Field("attr:" + strings.Repeat("x", 129)), false},
		{"Skill", "Skill", false},
		{"", "", false},
	}
	for _, tt := range tests {
		got := ReadField(tt.in)
		if got != tt.want || got.Valid() != tt.valid {
			t.Errorf("ReadField(%q) = %q, valid %v; want %q, %v", tt.in, got, got.Valid(), tt.want, tt.valid)
		}
	}
}

func TestReadMediaType(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]MediaType{
		"call-recording": CallRecording, " Call_Recording ": CallRecording, "IA-Report": IAReport,
		"": Other, "fax": Other, "other": Other,
	} {
		if got := ReadMediaType(in); got != want {
			t.Errorf("ReadMediaType(%q) = %q, want %q", in, got, want)
		}
	}
}
