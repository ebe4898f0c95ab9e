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
	note := func(what, before, after string) {
		if before != after {
			all = append(all, Change{what, before, after})
		}
	}
	note("Name", was.Name, is.Name)
	note("Description", was.Description, is.Description)
	note("Media type", was.MediaType.Label(), is.MediaType.Label())
	note("Priority", "P"+strconv.Itoa(was.Priority), "P"+strconv.Itoa(is.Priority))
	note("Start date", writeDate(was.StartDate), writeDate(is.StartDate))
	note("Action", was.Action.Label(), is.Action.Label())
	note("After", days(was.AfterDays), days(is.AfterDays))
	return append(all, compareCriteria(was.Criteria, is.Criteria)...)
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
