package rule

import "strings"

// holds tells whether the file meets the condition.
func (t *test) holds(f *File) bool {
	switch t.field {
	case Size:
		if t.operator == AtLeast {
			return f.Size >= t.size
		}
		return f.Size <= t.size
	case Stored:
		return f.Stored.Before(t.instant) == (t.operator == AtMost)
	case Name:
		return t.holdsName(f)
	case Skill, Team, Agent, DNIS, Disposition, ContactID:
	}
	value := f.Attributes[t.attr]
	if value == "" {
		return t.operator == Missing || t.operator == NoneOf
	}
	return t.holdsText(value)
}

// holdsName differs from an attribute only in patterns: each chooses between
// the last segment and the whole key.
func (t *test) holdsName(f *File) bool {
	base := f.base()
	if t.operator != Matches {
		return t.holdsText(base)
	}
	for i := range t.globs {
		against := base
		if t.globs[i].slash {
			against = f.Name
		}
		if t.globs[i].match(against) {
			return true
		}
	}
	return false
}

// holdsText decides for a text that is there.
func (t *test) holdsText(value string) bool {
	switch t.operator {
	case AnyOf:
		return t.isAny(value)
	case NoneOf:
		return !t.isAny(value)
	case StartsWith:
		for _, v := range t.values {
			if hasPrefix(value, v, t.fold) {
				return true
			}
		}
		return false
	case Matches:
		for i := range t.globs {
			if t.globs[i].match(value) {
				return true
			}
		}
		return false
	case AtLeast:
		n, ok := parseNumber(value)
		return ok && n >= t.number
	case AtMost:
		n, ok := parseNumber(value)
		return ok && n <= t.number
	case Exists:
		return true
	case Missing:
		return false
	}
	return false
}

func (t *test) isAny(value string) bool {
	for _, v := range t.values {
		if v == value || t.fold && strings.EqualFold(v, value) {
			return true
		}
	}
	return false
}
