package rule

import (
	"slices"
	"strconv"
)

// Change is one thing in which two definitions differ, in words. An empty text
// says that there was, or is, nothing.
type Change struct{ What, Was, Is string }

// Compare says in what a later definition differs from an earlier one, except
// for the state. The order of conditions means nothing, so that it is not
// compared; conditions of one field and operator are told side by side.
func Compare(was, is Definition) []Change {
	var all []Change
	for _, t := range things {
		if before, after := t.of(was), t.of(is); before != after {
			all = append(all, Change{t.what, before, after})
		}
	}
	return append(all, compareCriteria(was.Criteria, is.Criteria)...)
}

// thing is a part of a definition: its name in forms and for people, and what
// it says.
type thing struct {
	name, what string
	of         func(Definition) string
}

// things are all parts but the conditions and the state.
var things = []thing{
	{"name", "Name", func(d Definition) string { return d.Name }},
	{"description", "Description", func(d Definition) string { return d.Description }},
	{"media_type", "Media type", func(d Definition) string { return d.MediaType.Label() }},
	{"priority", "Priority", func(d Definition) string { return "P" + strconv.Itoa(d.Priority) }},
	{"start_date", "Start date", func(d Definition) string { return writeDate(d.StartDate) }},
	{"action", "Action", func(d Definition) string { return d.Action.Label() }},
	{"after_days", "After", func(d Definition) string { return days(d.AfterDays) }},
}

func compareCriteria(was, is Criteria) []Change {
	var all []Change
	left := slices.Clone(is)
	take := func(same func(Condition) bool) (string, bool) {
		i := slices.IndexFunc(left, same)
		if i < 0 {
			return "", false
		}
		text := left[i].String()
		left = slices.Delete(left, i, i+1)
		return text, true
	}
	var changed Criteria
	for _, c := range was { // what stayed must not be taken for what was changed
		if _, stayed := take(func(other Condition) bool { return other.String() == c.String() }); !stayed {
			changed = append(changed, c)
		}
	}
	for _, c := range changed {
		text, _ := take(func(other Condition) bool { return other.Field == c.Field && other.Operator == c.Operator })
		all = append(all, Change{"Condition", c.String(), text})
	}
	for _, c := range left {
		all = append(all, Change{"Condition", "", c.String()})
	}
	return all
}
