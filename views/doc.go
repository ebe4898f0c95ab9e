// Package views owns the portal's screens: one function per screen, each with the props that it shows. Props hold values
// that are ready to be shown; times are shown by package ui beside the page's clock. It refuses to know requests, queries
// or operations: nothing here reads, decides or changes anything. Every screen works without script, and none holds a
// style, a script or an inline handler.
package views

import (
	"slices"
	"strings"

	"seaportal/views/ui"
)

// label names a field of a form as its summary of problems does.
type label struct {
	name string
	text string
}

// problems puts a form's errors into the order of its fields; errors of no known field come last, by name.
func problems(errors map[string]string, fields ...label) []ui.FieldProblem {
	var all []ui.FieldProblem
	seen := map[string]bool{}
	for _, f := range fields {
		if msg := errors[f.name]; msg != "" {
			all = append(all, ui.FieldProblem{Name: f.name, Label: f.text, Message: msg})
			seen[f.name] = true
		}
	}
	var rest []ui.FieldProblem
	for name, msg := range errors {
		if msg != "" && !seen[name] {
			rest = append(rest, ui.FieldProblem{Name: name, Label: name, Message: msg})
		}
	}
	slices.SortFunc(rest, func(a, b ui.FieldProblem) int { return strings.Compare(a.Name, b.Name) })
	return append(all, rest...)
}

// first tells whether a field is the first one with a problem: that one gets the focus.
func first(all []ui.FieldProblem, name string) bool {
	return len(all) > 0 && all[0].Name == name
}

// pair is one line of a list of facts.
type pair struct {
	name string
	text string
}
