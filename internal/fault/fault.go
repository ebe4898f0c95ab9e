// Package fault owns the errors that a person may see. A fault says what
// happened and what to do next in Msg, and keeps the cause in Err for the log.
// Anything that is not a fault reaches people as one safe sentence only.
package fault

import (
	"errors"
	"strings"
)

// Kind sorts faults by what the person can do about them.
type Kind int

// The kinds, with the HTTP status that the web layer answers with.
const (
	// Internal is a failure on our side (500). It is the kind of every error
	// that is not a fault.
	Internal Kind = iota
	// Invalid is bad input, with a message for each bad field (422).
	Invalid
	// Unauthenticated means that nobody is signed in (303 to the sign-in page).
	Unauthenticated
	// Forbidden means that the person lacks a permission (403).
	Forbidden
	// NotFound is an unknown thing, or one that the person may not know of (404).
	NotFound
	// Conflict means that somebody or something else was first (409).
	Conflict
	// TooMany means that a rate limit was reached (429).
	TooMany
	// Unavailable means that S3, IAM or KMS did not do its part (502).
	Unavailable
	// Full means that the database cannot be written, for want of space (507).
	Full
)

// String names the kind for logs.
func (k Kind) String() string {
	switch k {
	case Internal:
		return "internal"
	case Invalid:
		return "invalid"
	case Unauthenticated:
		return "unauthenticated"
	case Forbidden:
		return "forbidden"
	case NotFound:
		return "not_found"
	case Conflict:
		return "conflict"
	case TooMany:
		return "too_many"
	case Unavailable:
		return "unavailable"
	case Full:
		return "full"
	}
	return "internal"
}

// Field is one field's complaint. Name is the form's name of the field, such
// as "priority" or "c[2].value".
type Field struct {
	Name string
	Msg  string
}

// Error is a fault. Msg is written for people and may be shown as it is; Err
// is for the log and never shown.
type Error struct {
	Kind   Kind
	Msg    string
	Fields []Field
	Err    error
}

// Error gives the text for the log: the message, the fields, the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Msg)
	for _, f := range e.Fields {
		b.WriteString("; " + f.Name + ": " + f.Msg)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes a fault without a cause.
func New(kind Kind, msg string) error { return &Error{Kind: kind, Msg: msg} }

// Wrap makes a fault that keeps its cause for the log.
func Wrap(kind Kind, err error, msg string) error {
	return &Error{Kind: kind, Msg: msg, Err: err}
}

// BadInput makes an Invalid fault from complaints about fields. Without any
// it gives nil, so that a Validate method can end with it.
func BadInput(fields ...Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Msg: "Some fields need your attention.", Fields: fields}
}

// Confirm is nil when the name that had to be typed before something that cannot
// be undone was typed, spaces around it aside; else BadInput of the field
// confirm.
func Confirm(name, typed string) error {
	if strings.TrimSpace(typed) == name {
		return nil
	}
	return BadInput(Field{Name: "confirm", Msg: "Type " + name + " to confirm."})
}

// KindOf gives the kind of the first fault in err's chain, and Internal for
// any other error.
func KindOf(err error) Kind {
	var f *Error
	if errors.As(err, &f) {
		return f.Kind
	}
	return Internal
}

// Is tells whether err is a fault of that kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Fields gives the complaints of an Invalid fault by field name, the first
// complaint of each; nil for every other error.
func Fields(err error) map[string]string {
	var f *Error
	if !errors.As(err, &f) || f.Kind != Invalid {
		return nil
	}
	byName := make(map[string]string, len(f.Fields))
	for _, field := range f.Fields {
		if _, ok := byName[field.Name]; !ok {
			byName[field.Name] = field.Msg
		}
	}
	return byName
}

// Message gives the sentence that a person may see. For an error that is no
// fault it says nothing of the cause.
func Message(err error) string {
	var f *Error
	if errors.As(err, &f) && f.Msg != "" {
		return f.Msg
	}
	return "Something failed on our side."
}
