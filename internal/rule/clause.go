package rule

import (
	"strings"
	"time"
)

// clause is the condition after "that": a verb, then its values in bold.
func (c Condition) clause() []Part {
	switch c.Field {
	case Name, Size, Stored:
		return c.ownClause()
	case Skill, Team, Agent, DNIS, Disposition, ContactID:
	}
	verb, article, noun := c.Field.words()
	switch c.Operator {
	case Exists:
		return []Part{{Text: "has "}, {Text: article + noun, Strong: true}}
	case Missing:
		return []Part{{Text: "has "}, {Text: "no " + noun, Strong: true}}
	case AnyOf:
		return c.withValues(verb.does + noun + verb.is)
	case NoneOf:
		return c.withValues(verb.doesNot + noun + verb.is)
	case StartsWith, Matches, AtLeast, AtMost:
		return c.withValues("has " + article + noun + " that " + c.Operator.Label() + " ")
	}
	return c.withValues("has " + noun + " " + string(c.Operator) + " ")
}

// ownClause is for the fields that every file has.
func (c Condition) ownClause() []Part {
	switch {
	case c.Field == Name && c.Operator == AnyOf:
		return c.withValues("is named ")
	case c.Field == Name && c.Operator == NoneOf:
		return c.withValues("is not named ")
	case c.Field == Name:
		return c.withValues("has a name that " + c.Operator.Label() + " ")
	case c.Field == Size:
		return c.withStrong("is ", strings.TrimPrefix(c.Operator.Label(), "is ")+" "+alternatives(c))
	}
	return c.withStrong("was stored ", strings.TrimPrefix(c.Operator.LabelFor(Stored), "is ")+" "+alternatives(c))
}

func (c Condition) withValues(lead string) []Part { return c.withStrong(lead, alternatives(c)) }

func (c Condition) withStrong(lead, strong string) []Part {
	return []Part{{Text: lead}, {Text: strong, Strong: true}}
}

// verb is how a field speaks of one of its values.
type verb struct{ does, doesNot, is string }

// words gives the verb, the article with its space, and the noun of a field.
func (f Field) words() (v verb, article, noun string) {
	has := verb{does: "has ", doesNot: "does not have ", is: " "}
	switch f {
	case Skill, Team:
		return verb{does: "belongs to ", doesNot: "does not belong to ", is: " "}, "a ", string(f)
	case Agent:
		return verb{does: "was handled by ", doesNot: "was not handled by ", is: " "}, "an ", "agent"
	case DNIS:
		return has, "a ", "DNIS"
	case Disposition:
		return has, "a ", "disposition"
	case ContactID:
		return has, "a ", "contact ID"
	case Name, Size, Stored:
	}
	has.is = " set to "
	return has, "an ", "attribute " + f.attribute()
}

// alternatives lists the values: A, A or B, A, B or C. A value that could be
// read as two is put in quotation marks.
func alternatives(c Condition) string {
	shown := make([]string, len(c.Values))
	for i, v := range c.Values {
		shown[i] = c.show(v)
	}
	if len(shown) < 2 {
		return strings.Join(shown, "")
	}
	last := len(shown) - 1
	return strings.Join(shown[:last], ", ") + " or " + shown[last]
}

func (c Condition) show(v string) string {
	if c.Field == Stored {
		return showStored(v)
	}
	if strings.ContainsAny(v, ",“”") || strings.Contains(v, " or ") || v != strings.TrimSpace(v) {
		return "“" + v + "”"
	}
	if _, bare := parseNumber(v); c.Field == Size && bare {
		return v + " bytes"
	}
	return v
}

// showStored writes a stored date in words, and what is none as it is.
func showStored(v string) string {
	at, until, err := ParseStored(v)
	switch {
	case err != nil:
		return v
	case until.Sub(at) < time.Second:
		return at.Format("2 January 2006 15:04:05 UTC")
	}
	return writeDate(at)
}
