package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"seaportal/internal/fault"
)

// File is what a rule may know of a file.
type File struct {
	// Name is the file's key below the business unit's active prefix.
	Name string
	// Size is in bytes.
	Size int64
	// Stored is when the file arrived in active storage.
	Stored    time.Time
	MediaType MediaType
	// Attributes are by AttributeName. Matching only reads the map.
	Attributes map[string]string
}

// base is the last segment of the key: what people call the file's name.
func (f *File) base() string { return f.Name[strings.LastIndexByte(f.Name, '/')+1:] }

// Matcher is a definition made ready to hold many files against it. It is
// immutable, so that any number of goroutines may share one.
type Matcher struct {
	def   Definition
	tests []test
}

// test is one condition with its values in the field's type.
type test struct {
	field    Field
	operator Operator
	attr     string // the attribute's name, empty for name, size and stored
	fold     bool
	values   []string
	globs    []glob
	size     int64
	number   float64
	instant  time.Time // at-least: the first that holds; at-most: the first that does not
}

// Compile makes a matcher, once per rule version. It gives an Invalid fault
// for criteria that Validate would refuse.
func Compile(d Definition) (*Matcher, error) {
	m := &Matcher{def: d, tests: make([]test, 0, len(d.Criteria))}
	for i, c := range d.Criteria {
		if f, bad := checkCondition(i, c); bad {
			return nil, fmt.Errorf("compile rule %q: %w", d.Name, fault.BadInput(f))
		}
		t, err := compileCondition(c)
		if err != nil {
			return nil, fmt.Errorf("compile rule %q, condition %d: %w", d.Name, i+1, err)
		}
		m.tests = append(m.tests, t)
	}
	return m, nil
}

func compileCondition(c Condition) (test, error) {
	t := test{
		field: c.Field, operator: c.Operator, attr: c.Field.attribute(), fold: c.Field.folds(), values: c.Values,
	}
	if c.Operator == Matches {
		for _, v := range c.Values {
			t.globs = append(t.globs, newGlob(v, t.fold))
		}
	}
	if !c.Operator.takesOne() {
		return t, nil
	}
	return t, t.setBound(c.Values[0])
}

// setBound reads the one value of at-least and at-most.
func (t *test) setBound(value string) (err error) {
	if t.field == Size {
		t.size, err = ParseSize(value)
		return err
	}
	if t.field == Stored {
		from, until, err := ParseStored(value)
		t.instant = from
		if t.operator == AtMost {
			t.instant = until
		}
		return err
	}
	number, ok := parseNumber(value)
	if !ok {
		return errNumber
	}
	t.number = number
	return nil
}

// Definition gives what the matcher was made of.
func (m *Matcher) Definition() Definition { return m.def }

// Match tells whether the file is of the rule's media type and meets every
// condition. It looks neither at the rule's state nor at its start: that is
// Active. It allocates nothing.
func (m *Matcher) Match(f File) bool {
	_, missed := m.Miss(f)
	return !missed
}

// Miss gives the first condition, by its place among the criteria, that the
// file does not meet; -1 for the media type. It allocates nothing.
func (m *Matcher) Miss(f File) (row int, missed bool) {
	if f.MediaType != m.def.MediaType {
		return -1, true
	}
	for i := range m.tests {
		if !m.tests[i].holds(&f) {
			return i, true
		}
	}
	return 0, false
}

// Attributes gives the names of the attributes that the conditions look at, so
// that a long walk need not read the others.
func (m *Matcher) Attributes() []string {
	var names []string
	for i := range m.tests {
		if name := m.tests[i].attr; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Active tells whether the rule claims files at that instant: it is on and
// its start date has come.
func (m *Matcher) Active(now time.Time) bool {
	return m.def.State == On && !now.Before(m.def.StartDate)
}
