package rule

import (
	"fmt"

	"seaportal/internal/fault"
)

// conditionKey is the form's name of one part (field, op or value) of the
// condition in row i.
func conditionKey(i int, part string) string { return fmt.Sprintf("c[%d].%s", i, part) }

// tooMany complains about the first condition that is one too many.
func tooMany() fault.Field {
	return fault.Field{Name: conditionKey(MaxConditions, "field"), Msg: "Use at most 20 conditions."}
}

// checkCondition finds what is wrong with the condition in row i, if anything.
func checkCondition(i int, c Condition) (found fault.Field, bad bool) {
	complain := func(part, msg string) (fault.Field, bool) {
		return fault.Field{Name: conditionKey(i, part), Msg: msg}, true
	}
	switch {
	case c.Field == attrPrefix+mediaTypeName:
		return complain("field", "The media type is chosen above.")
	case !c.Field.Valid() && attributeField(c.Field):
		return complain("field", "Name the attribute with letters, digits and hyphens, such as language.")
	case !c.Field.Valid():
		return complain("field", "Choose one of the fields.")
	case !c.Operator.Valid():
		return complain("op", "Choose one of the operators.")
	case !c.Operator.Fits(c.Field):
		return complain("op", fmt.Sprintf("%s cannot be compared with “%s”. Choose another operator.",
			c.Field.Label(), c.Operator.Label()))
	}
	if msg := checkValues(c); msg != "" {
		return complain("value", msg)
	}
	return fault.Field{}, false
}

// attributeField tells whether f was meant to be an attribute.
func attributeField(f Field) bool {
	return len(f) >= len(attrPrefix) && f[:len(attrPrefix)] == attrPrefix
}

func checkValues(c Condition) string {
	switch {
	case c.Operator.takesNone() && len(c.Values) > 0:
		return fmt.Sprintf("Leave this empty: “%s” takes no value.", c.Operator.Label())
	case c.Operator.takesNone():
		return ""
	case len(c.Values) == 0 && c.Operator.takesOne():
		return "Give a value."
	case len(c.Values) == 0:
		return "Give at least one value."
	case c.Operator.takesOne() && len(c.Values) > 1:
		return fmt.Sprintf("Give one value: “%s” cannot be held against several.", c.Operator.LabelFor(c.Field))
	case len(c.Values) > MaxValues:
		return "Use at most 100 values."
	}
	for _, v := range c.Values {
		if msg := checkValue(c, v); msg != "" {
			return msg
		}
	}
	return ""
}

func checkValue(c Condition, v string) string {
	var err error
	switch {
	case v == "":
		return "A value is empty. To find files without one, choose “is missing”."
	case len(v) > MaxValue:
		return "A value is too long. Use at most 1,024 bytes."
	case !printable(v, ""):
		return "A value holds characters that cannot be shown."
	case c.Field == Size:
		_, err = ParseSize(v)
	case c.Field == Stored:
		_, _, err = ParseStored(v)
	case c.Operator.takesOne():
		if _, ok := parseNumber(v); !ok {
			err = errNumber
		}
	}
	if err != nil {
		return capital(err.Error()) + "."
	}
	return ""
}
