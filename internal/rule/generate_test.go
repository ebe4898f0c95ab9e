package rule

import (
	"strings"
	"time"

	"pgregory.net/rapid"
)

// The generators draw from few values, so that conditions and files often meet.

var words = []string{
	"Claims DE", "claims de", "CLAIMS", "Sales", "Straße", "STRASSE", "K", "\u212a", "é", "0", "7.5", "60", "a,b", `say "x"`, "a*c", "ab/c.wav",
}

func values(f Field, o Operator) *rapid.Generator[[]string] {
	one := rapid.SampledFrom(words)
	switch {
	case o.takesNone():
		return rapid.Just([]string(nil))
	case f == Size:
		one = rapid.SampledFrom([]string{"0", "10", "1 kB", "1 KiB"})
	case f == Stored:
		one = rapid.SampledFrom([]string{"2026-09-19", "2026-09-20", "2026-09-20T12:00:00Z"})
	case o.takesOne():
		one = rapid.SampledFrom([]string{"0", "7.5", "60", "-1"})
	case o == Matches:
		one = rapid.SampledFrom([]string{"*", "c*", "*.wav", "a?/*", "Claims ??", `a\*c`, "str*e", "*s*"})
	}
	if o.takesOne() {
		return rapid.SliceOfN(one, 1, 1)
	}
	return rapid.SliceOfNDistinct(one, 1, 4, rapid.ID)
}

func conditions() *rapid.Generator[Condition] {
	return rapid.Custom(func(t *rapid.T) Condition {
		f := rapid.SampledFrom(append(Fields(), Attr("language"))).Draw(t, "field")
		o := rapid.SampledFrom(OperatorsFor(f)).Draw(t, "operator")
		return Condition{Field: f, Operator: o, Values: values(f, o).Draw(t, "values")}
	})
}

func definitions() *rapid.Generator[Definition] {
	return rapid.Custom(func(t *rapid.T) Definition {
		var c Criteria
		if n := rapid.IntRange(0, 3).Draw(t, "conditions"); n > 0 {
			c = rapid.SliceOfN(conditions(), n, n).Draw(t, "criteria")
		}
		return Definition{
			Name:      rapid.StringMatching(`[A-Za-z][a-z ]{0,10}[a-z]`).Draw(t, "name"),
			StartDate: Day(today).AddDate(0, 0, rapid.IntRange(0, 2).Draw(t, "start")),
			MediaType: rapid.SampledFrom(MediaTypes()[:2]).Draw(t, "media type"),
			Priority:  rapid.IntRange(MinPriority, MaxPriority).Draw(t, "priority"),
			Action:    rapid.SampledFrom(Actions()).Draw(t, "action"),
			AfterDays: rapid.IntRange(0, MaxAfterDays).Draw(t, "after days"),
			Criteria:  c,
			State:     rapid.SampledFrom([]State{On, On, Draft, Paused}).Draw(t, "state"),
		}
	})
}

func files() *rapid.Generator[File] {
	return rapid.Custom(func(t *rapid.T) File {
		attributes := map[string]string{}
		for _, f := range append(Fields(), Attr("language")) {
			if name := f.attribute(); name != "" && rapid.Bool().Draw(t, "has "+name) {
				attributes[name] = rapid.SampledFrom(append(words, "")).Draw(t, name)
			}
		}
		return File{
			Name:       strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 3).Draw(t, "key"), "/"),
			Size:       rapid.SampledFrom([]int64{0, 9, 10, 1000, 1024, 5000}).Draw(t, "size"),
			Stored:     today.Add(time.Duration(rapid.IntRange(-3000, 3000).Draw(t, "minutes")) * time.Minute),
			MediaType:  rapid.SampledFrom(MediaTypes()[:2]).Draw(t, "media type"),
			Attributes: attributes,
		}
	})
}
