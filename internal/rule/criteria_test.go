package rule

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCriteriaDecodeAsTheyWereEncoded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := definitions().Draw(t, "definition").Criteria
		text, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeCriteria(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestCriteriaText(t *testing.T) {
	t.Parallel()
	text, err := Criteria{{Field: Skill, Operator: AnyOf, Values: []string{"R&D <1>"}}}.Encode()
	want := `[{"field":"skill","op":"any-of","values":["R&D <1>"]}]`
	if err != nil || text != want {
		t.Errorf("got %s (%v), want %s", text, err, want)
	}
	if text, err := (Criteria{}).Encode(); err != nil || text != "[]" {
		t.Errorf("no criteria are %q (%v)", text, err)
	}
}

func TestDamagedCriteriaNeverMeanEveryFile(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "null", "{}", "[", "[] []", `[{"field":"skill","not":true}]`, "[1]"} {
		if c, err := DecodeCriteria(text); err == nil {
			t.Errorf("%q decodes to %v", text, c)
		}
	}
}

func FuzzDecodeCriteria(f *testing.F) {
	f.Add(`[{"field":"skill","op":"any-of","values":["a"]}]`)
	f.Add(`[{"field":"size","op":"at-least","values":["10 MB"]}]`)
	f.Add("null")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := DecodeCriteria(text)
		if err != nil {
			return
		}
		if m, err := Compile(Definition{Criteria: c}); err == nil {
			m.Explain(File{Name: text, Attributes: map[string]string{"skill": text}})
		}
	})
}
