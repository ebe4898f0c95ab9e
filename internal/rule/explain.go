package rule

import (
	"fmt"
	"time"
)

// Outcome is one condition held against one file, in words.
type Outcome struct {
	// Row is the condition's place among the criteria; -1 is the media type.
	Row int
	// Condition says what had to hold, such as "Skill is any of Claims DE".
	Condition string
	// Value is what the file has, such as "Claims AT" or "none".
	Value string
	Pass  bool
}

// Explain says of each condition, the media type first, what the file has and
// whether that is enough. Match holds exactly if every outcome passes.
func (m *Matcher) Explain(f File) []Outcome {
	all := make([]Outcome, 0, len(m.tests)+1)
	all = append(all, Outcome{
		Row:       -1,
		Condition: "Media type is " + m.def.MediaType.Label(),
		Value:     f.MediaType.Label(),
		Pass:      f.MediaType == m.def.MediaType,
	})
	for i := range m.tests {
		all = append(all, Outcome{
			Row:       i,
			Condition: m.def.Criteria[i].String(),
			Value:     m.tests[i].seen(&f),
			Pass:      m.tests[i].holds(&f),
		})
	}
	return all
}

// String says the condition in words, such as "Skill is any of A or B".
func (c Condition) String() string {
	s := c.Field.Label() + " " + c.Operator.LabelFor(c.Field)
	if len(c.Values) == 0 {
		return s
	}
	return s + " " + alternatives(c)
}

// seen is the value that the condition looked at.
func (t *test) seen(f *File) string {
	switch t.field {
	case Name:
		for i := range t.globs {
			if t.globs[i].slash {
				return f.Name
			}
		}
		return f.base()
	case Size:
		return fmt.Sprintf("%d bytes", f.Size)
	case Stored:
		return f.Stored.UTC().Format(time.RFC3339)
	case Skill, Team, Agent, DNIS, Disposition, ContactID:
	}
	if v := f.Attributes[t.attr]; v != "" {
		return v
	}
	return "none"
}
