package rule

import (
	"fmt"
	"testing"
	"time"
)

// fullHouse is a media type with its ten rules of four conditions each, and a
// file that meets three of the four in every rule, so that none is cheap.
func fullHouse(tb testing.TB) ([]*Matcher, File) {
	tb.Helper()
	var matchers []*Matcher
	for priority := MinPriority; priority <= MaxPriority; priority++ {
		matchers = append(matchers, compiled(tb, Definition{
			Name: fmt.Sprintf("Rule %d", priority), MediaType: CallRecording, Priority: priority, State: On,
			Criteria: Criteria{
				{Field: Skill, Operator: AnyOf, Values: []string{"Sales", "Service", "CLAIMS DE"}},
				{Field: Name, Operator: Matches, Values: []string{"*-17?.wav"}},
				{Field: Size, Operator: AtLeast, Values: []string{"1 kB"}},
				{Field: Team, Operator: AnyOf, Values: []string{"Elsewhere", fmt.Sprintf("Team %d", priority)}},
			},
		}))
	}
	return matchers, File{
		Name: "2026/09/20/call-2026-174.wav", Size: 1 << 20, Stored: time.Unix(0, 0).UTC(), MediaType: CallRecording,
		Attributes: map[string]string{
			"skill": "Claims DE", "team": "North", "agent": "Anna", "dnis": "+4930123", "contact-id": "17",
		},
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	matchers, file := fullHouse(t)
	matchers = append(matchers, compiled(t, Definition{MediaType: CallRecording, Criteria: Criteria{
		{Field: Attr("agent"), Operator: NoneOf, Values: []string{"x"}},
		{Field: Attr("duration"), Operator: Missing},
		{Field: DNIS, Operator: StartsWith, Values: []string{"+49"}},
		{Field: Stored, Operator: AtMost, Values: []string{"2026-09-20"}},
		{Field: Attr("length"), Operator: AtLeast, Values: []string{"1"}},
	}}))
	file.Attributes["length"] = "no number"
	now := time.Unix(1<<31, 0)
	if n := testing.AllocsPerRun(100, func() { Choose(matchers, file, now) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkMatch reports file-rule evaluations of four conditions each.
func BenchmarkMatch(b *testing.B) {
	matchers, file := fullHouse(b)
	b.ReportAllocs()
	evaluations := 0
	for b.Loop() {
		for _, m := range matchers {
			if m.Match(file) {
				b.Fatal("the file matches")
			}
			evaluations++
		}
	}
	b.ReportMetric(float64(evaluations)/b.Elapsed().Seconds()/1e6, "Mevals/s")
}
