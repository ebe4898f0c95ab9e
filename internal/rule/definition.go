package rule

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"seaportal/internal/fault"
)

// Limits of a definition.
const (
	MaxName        = 100  // characters
	MaxDescription = 1000 // characters
	MinPriority    = 1
	MaxPriority    = 10
	MaxAfterDays   = 3650
	MaxConditions  = 20
	MaxValues      = 100  // values of one condition
	MaxValue       = 1024 // bytes of one value: S3's longest key
)

// Definition is one version of a rule: all that a person decides about it.
type Definition struct {
	Name        string
	Description string
	// StartDate is the day, midnight UTC, from which the rule claims files.
	StartDate time.Time
	MediaType MediaType
	// Priority is 1 to 10; 1 is the highest.
	Priority int
	Action   Action
	// AfterDays is how many days of 24 hours a file stays in active storage
	// before it is placed.
	AfterDays int
	Criteria  Criteria
	State     State
}

// Day cuts an instant to midnight UTC.
func Day(t time.Time) time.Time {
	return t.UTC().Truncate(24 * time.Hour)
}

// Validate checks everything that can be known without looking at other
// rules, and names the fields as forms do: name, description, start_date,
// media_type, priority, action, after_days, state, c[N].field, c[N].op and
// c[N].value. The start date must be today or later, unless it is the one that
// the rule has had so far. It returns an Invalid fault, or nil.
func (d Definition) Validate(today time.Time, previousStart *time.Time) error {
	found := d.check(today, previousStart)
	if len(d.Criteria) > MaxConditions {
		found = append(found, tooMany())
	}
	for i, c := range d.Criteria {
		if f, bad := checkCondition(i, c); bad {
			found = append(found, f)
		}
	}
	return fault.BadInput(found...)
}

// check looks at everything but the criteria.
func (d Definition) check(today time.Time, previousStart *time.Time) []fault.Field {
	var found []fault.Field
	complain := func(bad bool, name, msg string) {
		if bad {
			found = append(found, fault.Field{Name: name, Msg: msg})
		}
	}
	complain(strings.TrimSpace(d.Name) == "", "name", "Give the rule a name.")
	complain(utf8.RuneCountInString(d.Name) > MaxName, "name", "Use at most 100 characters.")
	complain(!printable(d.Name, ""), "name", "Use letters, digits and punctuation on one line.")
	complain(utf8.RuneCountInString(d.Description) > MaxDescription, "description", "Use at most 1,000 characters.")
	complain(!printable(d.Description, "\r\n\t"), "description", "Remove the characters that cannot be shown.")
	complain(startTooEarly(d.StartDate, today, previousStart), "start_date", "Choose today ("+
		Day(today).Format(time.DateOnly)+", UTC) or a later date.")
	complain(!d.MediaType.Valid(), "media_type", "Choose one of the media types.")
	complain(d.Priority < MinPriority || d.Priority > MaxPriority, "priority", "Choose a priority from 1 to 10.")
	complain(!d.Action.Valid(), "action", "Choose copy, move or keep.")
	complain(d.AfterDays < 0 || d.AfterDays > MaxAfterDays, "after_days", "Give a whole number of days from 0 to 3650.")
	complain(!d.State.Live(), "state", "Choose on, draft or paused.")
	return found
}

func startTooEarly(start, today time.Time, previous *time.Time) bool {
	if previous != nil && Day(start).Equal(Day(*previous)) {
		return false
	}
	return Day(start).Before(Day(today))
}

// printable tells whether s is valid UTF-8 without control characters other
// than the allowed ones.
func printable(s, allowed string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune(allowed, r)
	})
}
