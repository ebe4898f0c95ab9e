package rule

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestExplainAgreesWithMatch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, err := Compile(definitions().Draw(t, "definition"))
		if err != nil {
			t.Fatal(err)
		}
		file := files().Draw(t, "file")
		all := true
		for _, o := range m.Explain(file) {
			all = all && o.Pass
		}
		if all != m.Match(file) {
			t.Fatalf("Match is %v, Explain says %+v", m.Match(file), m.Explain(file))
		}
	})
}

func TestEveryNegationIsOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		file := files().Draw(t, "file")
		field := rapid.SampledFrom([]Field{Skill, Agent, Name, Attr("language")}).Draw(t, "field")
		c := Condition{Field: field, Operator: AnyOf, Values: values(field, AnyOf).Draw(t, "values")}
		not := Condition{Field: field, Operator: NoneOf, Values: c.Values}
		yes, err := Compile(Definition{MediaType: file.MediaType, Criteria: Criteria{c}})
		if err != nil {
			t.Fatal(err)
		}
		no, err := Compile(Definition{MediaType: file.MediaType, Criteria: Criteria{not}})
		if err != nil {
			t.Fatal(err)
		}
		if yes.Match(file) == no.Match(file) {
			t.Fatalf("%v and its negation agree on %+v", c, file)
		}
	})
}

func TestExplainSaysWhatTheFileHas(t *testing.T) {
	t.Parallel()
	m := compiled(t, Definition{MediaType: CallRecording, Criteria: Criteria{
		{Field: Skill, Operator: AnyOf, Values: []string{"Claims DE", "Claims AT"}},
		{Field: Team, Operator: Missing},
		{Field: Name, Operator: Matches, Values: []string{"*.wav"}},
		{Field: Name, Operator: Matches, Values: []string{"2026/*"}},
		{Field: Size, Operator: AtLeast, Values: []string{"100"}},
		{Field: Stored, Operator: AtMost, Values: []string{"2026-09-20"}},
	}})
	got := m.Explain(File{
		Name: "2026/a.wav", Size: 99, Stored: today, MediaType: Email,
		Attributes: map[string]string{"skill": "Sales"},
	})
	want := []Outcome{
		{-1, "Media type is Call recording", "Email", false},
		{0, "Skill is any of Claims DE or Claims AT", "Sales", false},
		{1, "Team is missing", "none", true},
		{2, "File name matches *.wav", "a.wav", true},
		{3, "File name matches 2026/*", "2026/a.wav", true},
		{4, "Size is at least 100 bytes", "99 bytes", false},
		{5, "Stored date is on or before 20 September 2026", today.Format(time.RFC3339), true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
