package rule

import "slices"

// Action is what a rule does with the files that it manages.
type Action string

// The actions.
const (
	// Copy places a copy in SEA and leaves the file in active storage.
	Copy Action = "copy"
	// Move places a copy in SEA, then deletes the file from active storage.
	Move Action = "move"
	// Keep manages files so that no other rule does, and leaves them alone.
	Keep Action = "keep"
)

// Actions lists every action in the order in which people see them.
func Actions() []Action { return []Action{Copy, Move, Keep} }

// Valid tells whether a is one of Actions.
func (a Action) Valid() bool { return slices.Contains(Actions(), a) }

// Places tells whether the action puts files into SEA.
func (a Action) Places() bool { return a == Copy || a == Move }

// Label is the action as a choice in a form.
func (a Action) Label() string {
	switch a {
	case Copy:
		return "Copy to SEA"
	case Move:
		return "Move to SEA"
	case Keep:
		return "Keep"
	}
	return string(a)
}

// Hint says the consequence of the action in a sentence.
func (a Action) Hint() string {
	switch a {
	case Copy:
		return "Copy leaves the file in active storage."
	case Move:
		return "Move takes the file out of active storage, and it cannot come back."
	case Keep:
		return "Keep leaves the file in active storage and keeps every other rule from managing it."
	}
	return ""
}

// State is where a rule is in its life.
type State string

// The states. A deleted rule stays: its files stay managed by it.
const (
	Draft   State = "draft"
	On      State = "on"
	Paused  State = "paused"
	Deleted State = "deleted"
)

// States lists every state.
func States() []State { return []State{Draft, On, Paused, Deleted} }

// Valid tells whether s is one of States.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Live tells whether the rule counts: its name and its priority are taken.
func (s State) Live() bool { return s == Draft || s == On || s == Paused }

// Label is the state as a badge.
func (s State) Label() string {
	switch s {
	case Draft:
		return "Draft"
	case On:
		return "On"
	case Paused:
		return "Paused"
	case Deleted:
		return "Deleted"
	}
	return string(s)
}
