package rule

import "strings"

// conditionsName stands for all conditions where an Overtaking names them.
const conditionsName = "conditions"

// Overtaking is one thing that two people who edited one definition at the same
// time would have differently: what it was when the second began, what the first
// made of it, and what the second is about to. Name is what Input.Take knows it
// by. An empty text says that there is nothing.
type Overtaking struct{ Name, What, Was, Theirs, Yours string }

// Has tells whether a field of the form, by its name there, is part of it.
func (o Overtaking) Has(field string) bool {
	if o.Name == conditionsName {
		_, row := rowOf(field)
		return row
	}
	return field == o.Name
}

// Overtakings compares three ways, except for the state. The conditions are one
// thing: some of the one and some of the other may be what neither meant.
func Overtakings(was, theirs, yours Definition) []Overtaking {
	var all []Overtaking
	for _, t := range things {
		if first, second := t.of(theirs), t.of(yours); first != second {
			all = append(all, Overtaking{t.name, t.what, t.of(was), first, second})
		}
	}
	if len(compareCriteria(theirs.Criteria, yours.Criteria)) > 0 {
		all = append(all, Overtaking{
			conditionsName, "Conditions", together(was.Criteria), together(theirs.Criteria), together(yours.Criteria),
		})
	}
	return all
}

// together says all conditions.
func together(all Criteria) string {
	texts := make([]string, len(all))
	for i, c := range all {
		texts[i] = c.String()
	}
	return strings.Join(texts, ", and ")
}

// Take gives the form with one thing of an Overtaking as another form has it. A
// name that it does not know changes nothing.
func (in Input) Take(name string, from Input) Input {
	switch name {
	case "name":
		in.Name = from.Name
	case "description":
		in.Description = from.Description
	case "media_type":
		in.MediaType = from.MediaType
	case "priority":
		in.Priority = from.Priority
	case "start_date":
		in.StartDate = from.StartDate
	case "action":
		in.Action = from.Action
	case "after_days":
		in.AfterDays = from.AfterDays
	case conditionsName:
		in.Conditions = from.Conditions
	}
	return in
}
