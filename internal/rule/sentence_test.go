package rule

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSentenceParts(t *testing.T) {
	t.Parallel()
	d := Definition{
		Action: Copy, MediaType: CallRecording, AfterDays: 2, StartDate: Day(today),
		Criteria: Criteria{{Field: Skill, Operator: AnyOf, Values: []string{"Claims DE", "Claims AT"}}},
	}
	want := []Part{
		{"Copy", true},
		{" to SEA every ", false},
		{"call recording", true},
		{" that has been in active storage for ", false},
		{"at least 2 days", true},
		{" and belongs to skill ", false},
		{"Claims DE or Claims AT", true},
		{". SEA deletes each file ", false},
		{"30 days", true},
		{" after it arrives.", false},
	}
	if diff := cmp.Diff(want, Sentence(d, 30, today)); diff != "" {
		t.Error(diff)
	}
}

func TestSentenceOfEachAction(t *testing.T) {
	t.Parallel()
	later := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	team := Criteria{{Field: Team, Operator: Exists}}
	tests := []struct {
		def  Definition
		want string
	}{
		{
			Definition{Action: Copy, MediaType: Email},
			"Copy to SEA every email. SEA deletes each file 30 days after it arrives.",
		},
		{
			Definition{Action: Move, MediaType: IAReport, AfterDays: 1},
			"Move to SEA every interaction analytics report that has been in active storage for at least 1 day. " +
				"The file leaves active storage and cannot come back. SEA deletes each file 30 days after it arrives.",
		},
		{
			Definition{Action: Keep, MediaType: ChatTranscript, AfterDays: 5, Criteria: team},
			"Keep in active storage every chat transcript that has a team. No other rule manages it.",
		},
		{
			Definition{Action: Move, MediaType: Other, StartDate: later},
			"From 1 October 2026, move to SEA every file of no listed media type. " +
				"The file leaves active storage and cannot come back. SEA deletes each file 30 days after it arrives.",
		},
	}
	for _, tt := range tests {
		if got := plainSentence(tt.def, 30, today); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestClauses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		field  Field
		op     Operator
		values []string
		want   string
	}{
		{Skill, NoneOf, []string{"A", "B", "C"}, "does not belong to skill A, B or C"},
		{Skill, StartsWith, []string{"Claims"}, "has a skill that starts with Claims"},
		{Skill, Matches, []string{"*DE", "*AT"}, "has a skill that matches *DE or *AT"},
		{Team, Missing, nil, "has no team"},
		{Agent, AnyOf, []string{"Anna"}, "was handled by agent Anna"},
		{Agent, Exists, nil, "has an agent"},
		{DNIS, AnyOf, []string{"800"}, "has DNIS 800"},
		{Disposition, NoneOf, []string{"Sale", "Refund"}, "does not have disposition Sale or Refund"},
		{ContactID, Missing, nil, "has no contact ID"},
		{Attr("language"), AnyOf, []string{"de"}, "has attribute language set to de"},
		{Attr("language"), NoneOf, []string{"de"}, "does not have attribute language set to de"},
		{Attr("duration"), AtLeast, []string{"60"}, "has an attribute duration that is at least 60"},
		{Attr("language"), Missing, nil, "has no attribute language"},
		{Name, AnyOf, []string{"a, b.wav", "this or that"}, "is named “a, b.wav” or “this or that”"},
		{Name, NoneOf, []string{"a"}, "is not named a"},
		{Name, Matches, []string{"*.wav"}, "has a name that matches *.wav"},
		{Size, AtLeast, []string{"10 MB"}, "is at least 10 MB"},
		{Size, AtMost, []string{"0"}, "is at most 0 bytes"},
		{Stored, AtLeast, []string{"2026-09-01"}, "was stored on or after 1 September 2026"},
		{Stored, AtMost, []string{"2026-09-01T10:00:00Z"}, "was stored on or before 1 September 2026 10:00:00 UTC"},
	}
	for _, tt := range tests {
		c := Condition{Field: tt.field, Operator: tt.op, Values: tt.values}
		if f, bad := checkCondition(0, c); bad {
			t.Errorf("%v: %v", c, f)
		}
		got := ""
		for _, p := range c.clause() {
			got += p.Text
		}
		if got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestSentenceAlternatesItsWeight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := definitions().Draw(t, "definition")
		parts := Sentence(d, 30, today)
		for i, p := range parts {
			if p.Text == "" || i > 0 && p.Strong == parts[i-1].Strong {
				t.Fatalf("part %d of %+v", i, parts)
			}
		}
	})
}

// plainSentence is Sentence as one text.
func plainSentence(d Definition, retentionDays int, today time.Time) string {
	var b strings.Builder
	for _, p := range Sentence(d, retentionDays, today) {
		b.WriteString(p.Text)
	}
	return b.String()
}
