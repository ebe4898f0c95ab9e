package handlers

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/path"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
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
		StartDate: h.life.Now().Format(time.DateOnly), MediaType: string(media), Priority: strconv.Itoa(free(rules, media)),
		Action: string(rule.Copy), AfterDays: "0", Conditions: []rule.ConditionInput{{}},
	}})
}

// free gives the first priority that no rule of the media type has.
func free(rules []rulebook.Rule, media rule.MediaType) int {
	for p := rule.MinPriority; p <= rule.MaxPriority; p++ {
		taken := slices.ContainsFunc(rules, func(r rulebook.Rule) bool { return r.MediaType == media && r.Priority == p })
		if !taken {
			return p
		}
	}
	return rule.MaxPriority
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
	// overtaken says that somebody changed the rule since.
	overtaken bool
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
		Sentence: rule.Sentence(d, unit.RetentionDays, now), Errors: form.errors, Overtaken: form.overtaken,
	}
	first := now
	if d.StartDate.After(now) {
		first = d.StartDate
	}
	props.Days, props.Before = unit.RetentionDays, first.AddDate(0, 0, unit.RetentionDays).UTC().Format("2 January 2006")
	for _, row := range form.in.Conditions {
		props.Conditions = append(props.Conditions, views.Condition(row))
	}
	if r := form.editing; r != nil {
		props.ID, props.State, props.Version = r.ID, r.State, int(r.LockVersion)
		if form.version != 0 {
			props.Version = int(form.version)
		}
		done, err := h.rules.Done(ctx, unit, r.ID)
		if err != nil {
			return props, err
		}
		props.Done, props.Histories = whatIsDone(r.Action, done), done.TwoHistories(r.Action, rule.Action(form.in.Action))
	}
	return props, nil
}

// whatIsDone says what a rule did so far.
func whatIsDone(action rule.Action, done rulebook.Done) string {
	switch {
	case done.Managed == 0:
		return "This rule manages no file yet."
	case action == rule.Keep && done.Copied+done.Moved == 0:
		return "This rule keeps " + ui.Plural(done.Managed, "file", "files") + " out of SEA."
	}
	return "This rule manages " + ui.Plural(done.Managed, "file", "files") + ": it copied " + ui.Count(done.Copied) +
		" and moved " + ui.Count(done.Moved) + ", and " + ui.Count(done.Waiting) + " wait."
}

// Create adds a rule.
func (h *Rules) Create(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	in := rule.ReadForm(form)
	d, err := in.Definition(h.life.Now(), nil)
	if err == nil {
		_, err = h.rules.Create(ctx, actor(c), unit, d)
	}
	if bad := fault.Fields(err); bad != nil {
		return h.compose(c, http.StatusUnprocessableEntity, composer{in: in, errors: bad})
	}
	if err != nil {
		return err
	}
	return h.ruled(c, path.Rules(unit.Slug), d.State, saved(d.State))
}

func saved(state rule.State) string {
	if state == rule.On {
		return "The rule is on. It takes what matches within seconds."
	}
	return "The rule is saved. It takes nothing until it is on."
}

// Update changes a rule, unless somebody changed it since the form was opened:
// then the form comes back as it was typed, to be sent knowingly or not at all.
// A form without the version that it was opened with changes what there is.
func (h *Rules) Update(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	before, err := h.find(c)
	if err != nil {
		return err
	}
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	version, ok := number(form.Get("version"))
	if !ok {
		version = before.LockVersion
	}
	in := rule.ReadForm(form)
	d, err := in.Definition(h.life.Now(), &before.StartDate)
	if err == nil {
		_, err = h.rules.Update(ctx, actor(c), unit, before.ID, version, d)
	}
	if bad := fault.Fields(err); bad != nil {
		return h.compose(c, http.StatusUnprocessableEntity, composer{in: in, editing: &before, errors: bad, version: version})
	}
	if fault.Is(err, fault.Conflict) && version != before.LockVersion {
		return h.compose(c, http.StatusConflict, composer{in: in, editing: &before, overtaken: true})
	}
	if err != nil {
		return err
	}
	said := "The rule is changed, for files that are not processed yet."
	if d.State != before.State {
		said = saved(d.State)
	}
	return h.ruled(c, path.Rule(unit.Slug, before.ID), d.State, said)
}
