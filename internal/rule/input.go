package rule

import (
	"strconv"
	"strings"
	"time"

	"seaportal/internal/fault"
)

// Input is a rule as a form holds it: every field as typed, so that a form
// that was refused can be shown again unchanged.
type Input struct {
	Name, Description, StartDate, MediaType, Priority, Action, AfterDays, State string

	Conditions []ConditionInput
}

// ConditionInput is one row of conditions as typed. Its index in
// Input.Conditions is the N of the form's c[N]; a row with neither field nor
// value is no condition.
type ConditionInput struct{ Field, Op, Value string }

func (c ConditionInput) blank() bool {
	return strings.TrimSpace(c.Field) == "" && strings.TrimSpace(c.Value) == ""
}

// maxRows bounds N: beyond the limit of conditions there is room for blank rows
// only, and a form cannot make the server hold more.
const maxRows = 100

// ReadForm reads an Input from a form's values: name, description, start_date,
// media_type, priority, action, after_days, state, c[N].field, c[N].op and
// c[N].value. A c[N].field of "attr:" alone is completed by c[N].attr. It
// ignores every other field.
func ReadForm(form map[string][]string) Input {
	first := func(name string) string {
		if v := form[name]; len(v) > 0 {
			return v[0]
		}
		return ""
	}
	in := Input{
		Name: first("name"), Description: first("description"), StartDate: first("start_date"),
		MediaType: first("media_type"), Priority: first("priority"), Action: first("action"),
		AfterDays: first("after_days"), State: first("state"),
	}
	rows := 0
	for name := range form {
		if i, ok := rowOf(name); ok {
			rows = max(rows, i+1)
		}
	}
	for i := range rows {
		field := first(conditionKey(i, "field"))
		if field == attrPrefix {
			// The composer's drop-down cannot hold a name: it stands in a field of its own.
			field += strings.TrimPrefix(strings.TrimSpace(first(conditionKey(i, "attr"))), attrPrefix)
		}
		in.Conditions = append(in.Conditions, ConditionInput{
			Field: field,
			Op:    first(conditionKey(i, "op")),
			Value: first(conditionKey(i, "value")),
		})
	}
	return in
}

// rowOf gives the N of a field named c[N].part.
func rowOf(name string) (int, bool) {
	digits, part, ok := strings.Cut(strings.TrimPrefix(name, "c["), "].")
	i, err := strconv.Atoi(digits)
	if !ok || err != nil || i < 0 || i >= maxRows || name != conditionKey(i, part) {
		return 0, false
	}
	return i, true
}

// Definition parses and validates the whole form. The fault names every bad
// field, and each condition by its own row. The definition is what was
// understood so far even then, for a sentence or a preview of half a form.
func (in Input) Definition(today time.Time, previousStart *time.Time) (Definition, error) {
	var found []fault.Field
	d := Definition{
		Name:        strings.TrimSpace(in.Name),
		Description: strings.TrimSpace(in.Description),
		MediaType:   MediaType(strings.TrimSpace(in.MediaType)),
		Action:      Action(strings.TrimSpace(in.Action)),
		State:       State(strings.TrimSpace(in.State)),
	}
	start, err := time.Parse(time.DateOnly, strings.TrimSpace(in.StartDate))
	if err != nil {
		found = append(found, fault.Field{Name: "start_date", Msg: "Write a date such as 2026-09-20."})
	}
	d.StartDate = start
	// Numbers that cannot be read become numbers that check refuses.
	if d.Priority, err = strconv.Atoi(strings.TrimSpace(in.Priority)); err != nil {
		d.Priority = MinPriority - 1
	}
	if d.AfterDays, err = strconv.Atoi(strings.TrimSpace(in.AfterDays)); err != nil {
		d.AfterDays = -1
	}
	var bad []fault.Field
	d.Criteria, bad = in.criteria()
	found = append(found, d.check(today, previousStart)...)
	return d, fault.BadInput(append(found, bad...)...)
}

// criteria reads the rows that hold something, and complains by row.
func (in Input) criteria() (Criteria, []fault.Field) {
	var (
		criteria Criteria
		found    []fault.Field
	)
	for i, row := range in.Conditions {
		if row.blank() {
			continue
		}
		if len(criteria) == MaxConditions {
			return criteria, append(found, fault.Field{Name: conditionKey(i, "field"), Msg: tooMany().Msg})
		}
		values, err := ReadValues(row.Value)
		c := Condition{Field: ReadField(row.Field), Operator: Operator(strings.TrimSpace(row.Op)), Values: values}
		if c.Operator.takesNone() { // what was typed for another operator, in a field that the page hides
			c.Values, err = nil, nil
		}
		f, bad := checkCondition(i, c)
		if err != nil {
			f, bad = fault.Field{Name: conditionKey(i, "value"), Msg: capital(err.Error()) + "."}, true
		}
		if bad {
			found = append(found, f)
			continue // what is not understood is not said either
		}
		criteria = append(criteria, c)
	}
	return criteria, found
}

// InputOf gives the form that stands for a definition: reading it gives the
// definition back.
func InputOf(d Definition) Input {
	in := Input{
		Name: d.Name, Description: d.Description, StartDate: d.StartDate.UTC().Format(time.DateOnly),
		MediaType: string(d.MediaType), Priority: strconv.Itoa(d.Priority), Action: string(d.Action),
		AfterDays: strconv.Itoa(d.AfterDays), State: string(d.State),
	}
	for _, c := range d.Criteria {
		in.Conditions = append(in.Conditions, ConditionInput{
			Field: string(c.Field), Op: string(c.Operator), Value: WriteValues(c.Values),
		})
	}
	return in
}

// capital begins a sentence with a capital letter; all of ours begin in ASCII.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
