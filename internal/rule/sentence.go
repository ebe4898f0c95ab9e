package rule

import (
	"fmt"
	"strings"
	"time"
)

// Part is a piece of the sentence. Strong pieces are what a person decided;
// the view sets them in bold.
type Part struct {
	Text   string
	Strong bool
}

// sentence collects parts.
type sentence struct{ parts []Part }

func (s *sentence) plain(text string)  { s.parts = append(s.parts, Part{Text: text}) }
func (s *sentence) strong(text string) { s.parts = append(s.parts, Part{Text: text, Strong: true}) }

// Sentence says in English what a definition does, from the criteria that
// run. A start after today is said; retentionDays is how long SEA keeps a
// file. A definition that is not valid yet gives a sentence all the same.
func Sentence(d Definition, retentionDays int, today time.Time) []Part {
	s := &sentence{}
	verb := d.Action.verb()
	if d.StartDate.After(today) {
		s.plain("From ")
		s.strong(writeDate(d.StartDate))
		s.plain(", ")
		verb = strings.ToLower(verb)
	}
	s.strong(verb)
	if d.Action.Places() {
		s.plain(" to SEA every ")
	} else {
		s.plain(" in active storage every ")
	}
	s.strong(d.MediaType.noun())
	clauses := d.clauses()
	for i, c := range clauses {
		switch {
		case i == 0:
			s.plain(" that ")
		case i == len(clauses)-1:
			s.plain(" and ")
		default:
			s.plain(", ")
		}
		s.parts = append(s.parts, c...)
	}
	s.end(d.Action, retentionDays)
	return join(s.parts)
}

// end says what becomes of the files.
func (s *sentence) end(a Action, retentionDays int) {
	switch a {
	case Keep:
		s.plain(". No other rule manages it.")
		return
	case Move:
		s.plain(". ")
		s.strong("The file leaves active storage and cannot come back")
	case Copy:
	}
	s.plain(". SEA deletes each file ")
	s.strong(days(retentionDays))
	s.plain(" after it arrives.")
}

func (a Action) verb() string {
	switch a {
	case Copy:
		return "Copy"
	case Move:
		return "Move"
	case Keep:
		return "Keep"
	}
	return "Place"
}

// clauses are what follows "that", each without its "and". A rule that keeps
// has no delay to speak of: it manages a file from the moment it matches.
func (d Definition) clauses() [][]Part {
	var all [][]Part
	if d.Action != Keep && d.AfterDays > 0 {
		all = append(all, []Part{
			{Text: "has been in active storage for "},
			{Text: "at least " + days(d.AfterDays), Strong: true},
		})
	}
	for _, c := range d.Criteria {
		all = append(all, c.clause())
	}
	return all
}

// join merges neighbours of one weight, so that a view writes few elements.
func join(parts []Part) []Part {
	var out []Part
	for _, p := range parts {
		if n := len(out); n > 0 && out[n-1].Strong == p.Strong {
			out[n-1].Text += p.Text
			continue
		}
		out = append(out, p)
	}
	return out
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

func writeDate(t time.Time) string { return t.UTC().Format("2 January 2006") }
