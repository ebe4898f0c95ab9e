package handlers

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

// New shows an empty composer.
func (h *Rules) New(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	rules, err := h.rules.List(ctx, unit)
	if err != nil {
		return err
	}
	media := rule.CallRecording
	return h.compose(c, http.StatusOK, composer{in: rule.Input{
		StartDate: h.life.Now().Format(time.DateOnly), MediaType: string(media), Priority: strconv.Itoa(cmp.Or(free(rules, media), rule.MaxPriority)),
		Action: string(rule.Copy), AfterDays: "0", Conditions: []rule.ConditionInput{{}},
	}})
}

// free gives the first priority that no rule of the media type has; 0 where each
// is taken.
func free(rules []rulebook.Rule, media rule.MediaType) int {
	for p := rule.MinPriority; p <= rule.MaxPriority; p++ {
		taken := slices.ContainsFunc(rules, func(r rulebook.Rule) bool { return r.MediaType == media && r.Priority == p })
		if !taken {
			return p
		}
	}
	return 0
}

// taken says which other rule has the priority that a form asks for, and which one
// nobody has; empty where it can be had.
func taken(rules []rulebook.Rule, in rule.Input, self int64) string {
	media := rule.MediaType(in.MediaType)
	i := slices.IndexFunc(rules, func(r rulebook.Rule) bool {
		return r.ID != self && r.MediaType == media && strconv.Itoa(r.Priority) == in.Priority
	})
	if i < 0 {
		return ""
	}
	text := "“" + ui.Visible(rules[i].Name) + "” has P" + in.Priority + " of its media type. "
	if open := free(rules, media); open != 0 {
		return text + "P" + strconv.Itoa(open) + " is free."
	}
	return text + "None is free: delete a rule of the media type, or edit one."
}

// Edit shows the composer filled with a rule.
func (h *Rules) Edit(c echo.Context) error {
	r, err := h.find(c)
	if err != nil {
		return err
	}
	if r.State == rule.Deleted {
		return unknown()
	}
	return h.compose(c, http.StatusOK, composer{in: rule.InputOf(r.Definition), editing: &r})
}

// composer is a composer as it is about to be shown. Editing is nil for a new
// rule.
type composer struct {
	in      rule.Input
	editing *rulebook.Rule
	focus   int // 1 and up: the row that was just added
	preview *views.RulePreview
	errors  map[string]string
	version int64 // that the form was opened with; 0: the rule's own
	// understood says that the box above the buttons was ticked.
	understood bool
	// opened is the version of the rule that the composer was opened with; 0: the
	// rule's own.
	opened int64
	// overtaken says that somebody changed the rule since, if only its state; orphaned
	// that somebody deleted it, so that what was typed is a new rule's.
	overtaken, orphaned bool
}

// compose shows the composer with the sentence of what is understood so far.
func (h *Rules) compose(c echo.Context, status int, form composer) error {
	in, err := h.composeProps(c, form)
	if err != nil {
		return err
	}
	return h.show(c, status, func(p layout.Page) templ.Component { return views.RuleEdit(p, in) })
}

func (h *Rules) composeProps(c echo.Context, form composer) (views.RuleEditProps, error) {
	ctx, unit, shown := ofUnit(c)
	now := h.life.Now()
	d, _ := form.in.Definition(now, nil) // its complaints are shown when the form is sent
	props := views.RuleEditProps{
		Unit: shown, Name: form.in.Name, Description: form.in.Description, StartDate: form.in.StartDate,
		Today: now.Format(time.DateOnly), MediaType: form.in.MediaType, Priority: form.in.Priority,
		Action: form.in.Action, AfterDays: form.in.AfterDays, FocusRow: form.focus, Preview: form.preview,
		Sentence: rule.Sentence(d, unit.RetentionDays, now), Errors: form.errors, Understood: form.understood,
	}
	first := now
	if d.StartDate.After(now) {
		first = d.StartDate
	}
	props.Days, props.Before = unit.RetentionDays, first.AddDate(0, 0, unit.RetentionDays).UTC().Format("2 January 2006")
	for _, row := range form.in.Conditions {
		props.Conditions = append(props.Conditions, views.Condition(row))
	}
	rules, err := h.rules.List(ctx, unit)
	if err != nil {
		return props, err
	}
	if form.editing != nil {
		if err := h.addEditing(ctx, unit, form, &props); err != nil {
			return props, err
		}
	}
	if form.orphaned {
		props.Overtaken = &views.RuleOvertaken{State: rule.Deleted}
	}
	props.Taken = taken(rules, form.in, props.ID)
	return props, nil
}

// addEditing adds what the composer shows of the rule that is edited.
func (h *Rules) addEditing(ctx context.Context, unit models.BusinessUnit, form composer, props *views.RuleEditProps) error {
	r := form.editing
	props.ID, props.State, props.Version, props.Opened = r.ID, r.State, r.LockVersion, cmp.Or(form.opened, int64(r.Version))
	var err error
	if props.Overtaken, err = h.overtakenBy(ctx, unit, form); err != nil {
		return err
	}
	if form.version != 0 { // what happened after that is still to be told when the form is sent
		props.Version = form.version
	}
	done, err := h.rules.Done(ctx, unit, r.ID)
	props.Done, props.Histories = whatIsDone(r.Action, done), done.TwoHistories(r.Action, rule.Action(form.in.Action))
	return err
}

// whatIsDone says what a rule did so far.
func whatIsDone(action rule.Action, done rulebook.Done) string {
	switch {
	case done.Managed == 0:
		return ""
	case action == rule.Keep && done.Copied+done.Moved == 0:
		return "This rule keeps " + ui.Plural(done.Managed, "file", "files") + " out of SEA."
	}
	return "This rule manages " + ui.Plural(done.Managed, "file", "files") + ": it copied " + ui.Count(done.Copied) +
		" and moved " + ui.Count(done.Moved) + ", and " + ui.Count(done.Waiting) + " wait."
}
