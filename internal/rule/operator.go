package rule

import "slices"

// Operator is how a condition holds the file's value against its own values.
type Operator string

// The operators. Where several values are given, AnyOf, StartsWith and
// Matches hold when one of them does; NoneOf when none does.
const (
	AnyOf      Operator = "any-of"
	NoneOf     Operator = "none-of"
	StartsWith Operator = "starts-with"
	Matches    Operator = "matches"
	AtLeast    Operator = "at-least"
	AtMost     Operator = "at-most"
	Exists     Operator = "exists"
	Missing    Operator = "missing"
)

// Operators lists every operator in the order in which people see them.
func Operators() []Operator {
	return []Operator{AnyOf, NoneOf, StartsWith, Matches, AtLeast, AtMost, Exists, Missing}
}

// Valid tells whether o is one of Operators.
func (o Operator) Valid() bool { return slices.Contains(Operators(), o) }

// OperatorsFor lists the operators that fit a field:
//
//	skill team agent dnis
//	disposition contact-id   any-of none-of starts-with matches exists missing
//	name                     any-of none-of starts-with matches
//	size stored              at-least at-most
//	attr:NAME                all
func OperatorsFor(f Field) []Operator {
	switch f {
	case Skill, Team, Agent, DNIS, Disposition, ContactID:
		return []Operator{AnyOf, NoneOf, StartsWith, Matches, Exists, Missing}
	case Name:
		return []Operator{AnyOf, NoneOf, StartsWith, Matches}
	case Size, Stored:
		return []Operator{AtLeast, AtMost}
	}
	return Operators()
}

// Fits tells whether the operator can be used with the field.
func (o Operator) Fits(f Field) bool { return slices.Contains(OperatorsFor(f), o) }

// Label is the operator as a choice in a form.
func (o Operator) Label() string {
	switch o {
	case AnyOf:
		return "is any of"
	case NoneOf:
		return "is none of"
	case StartsWith:
		return "starts with"
	case Matches:
		return "matches"
	case AtLeast:
		return "is at least"
	case AtMost:
		return "is at most"
	case Exists:
		return "exists"
	case Missing:
		return "is missing"
	}
	return string(o)
}

// LabelFor is the operator as a choice beside that field: dates are on or
// after, not at least.
func (o Operator) LabelFor(f Field) string {
	if f != Stored {
		return o.Label()
	}
	switch o {
	case AtLeast:
		return "is on or after"
	case AtMost:
		return "is on or before"
	case AnyOf, NoneOf, StartsWith, Matches, Exists, Missing:
	}
	return o.Label()
}

// takesNone tells whether the operator looks at no value.
func (o Operator) takesNone() bool { return o == Exists || o == Missing }

// takesOne tells whether the operator needs exactly one value.
func (o Operator) takesOne() bool { return o == AtLeast || o == AtMost }
