package handlers

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/lifecycle"
	"seaportal/internal/path"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Rules is a unit's life cycle rules.
type Rules struct {
	frame
	rules *rulebook.Service
	files *lifecycle.Engine
}

// List shows the rules that are not deleted.
func (h *Rules) List(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	rules, err := h.rules.List(ctx, unit)
	if err != nil {
		return err
	}
	in := views.RuleListProps{Unit: shown, Rules: make([]views.RuleRow, len(rules))}
	counts, err := h.rules.Counts(ctx, unit)
	if err != nil {
		return err
	}
	for i, r := range rules {
		in.Rules[i] = h.row(unit, r)
		in.Rules[i].First = i == 0 || rules[i-1].MediaType != r.MediaType
		in.Rules[i].Placed, in.Rules[i].Failing = counts[r.ID].Placed+counts[r.ID].Removed, counts[r.ID].Failed
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.RuleList(p, in) })
}

func (h *Rules) row(unit models.BusinessUnit, r rulebook.Rule) views.RuleRow {
	return views.RuleRow{
		ID: r.ID, Name: r.Name, MediaType: r.MediaType, Priority: r.Priority, LockVersion: r.LockVersion, State: r.State,
		Sentence:  rule.Sentence(r.Definition, unit.RetentionDays, h.life.Now()),
		StartDate: r.StartDate.Format(time.DateOnly),
	}
}

// Show is one rule with what it did, a deleted one too.
func (h *Rules) Show(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	r, err := h.find(c)
	if err != nil {
		return err
	}
	in := views.RuleShowProps{
		Unit: shown, Rule: h.row(unit, r), Description: r.Description, Action: r.Action, AfterDays: r.AfterDays,
	}
	counts, err := h.rules.Counts(ctx, unit)
	if err != nil {
		return err
	}
	count := counts[r.ID]
	in.Rule.Placed, in.Rule.Failing = count.Placed+count.Removed, count.Failed
	in.Claimed = count.Managed
	in.Waiting, in.Kept = unplaced(r.Action, count.Waiting, count.Queued)
	versions, err := h.rules.Versions(ctx, unit, r.ID)
	if err != nil {
		return err
	}
	in.Versions = h.versionRows(unit, versions)
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.RuleShow(p, in) })
}

// unplaced sorts a rule's files that were not placed yet: those that wait, and
// those that a rule which places nothing keeps where they are. What was queued
// before an edit made it such a rule waits.
func unplaced(action rule.Action, untried, queued int64) (waiting, kept int64) {
	if action.Places() {
		return untried + queued, 0
	}
	return queued, untried
}

// find looks the rule of the route up in the unit of the route.
func (h *Rules) find(c echo.Context) (rulebook.Rule, error) {
	ctx, unit, _ := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return rulebook.Rule{}, err
	}
	return h.rules.Show(ctx, unit, number)
}

// Pause stops a rule for the time being.
func (h *Rules) Pause(c echo.Context) error {
	return h.turn(c, h.rules.Pause, func(models.BusinessUnit, rule.Definition) string {
		return "The rule is paused. It takes and places nothing until it is resumed; its files stay managed by it."
	})
}

// Resume turns a paused or draft rule on.
func (h *Rules) Resume(c echo.Context) error {
	return h.turn(c, h.rules.Resume, h.begins)
}

// Raise exchanges a rule with the one just before it.
func (h *Rules) Raise(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return err
	}
	seen, err := strconv.ParseInt(c.FormValue("lock_version"), 10, 64)
	if err != nil {
		return fault.Wrap(fault.Conflict, err, "The page is too old. Open the rules again.")
	}
	raised, lowered, err := h.rules.Raise(ctx, actor(c), unit, number, seen)
	if err != nil {
		return err
	}
	said := raised.Name + " comes first already."
	if lowered != nil {
		if err := h.files.RequestRun(ctx, actor(c), unit); err != nil {
			return err
		}
		said = fmt.Sprintf("%s is P%d now, and %s is P%d. Files that a rule has stay its own.", raised.Name, raised.Priority, lowered.Name, lowered.Priority)
	}
	return h.done(c, path.Rules(unit.Slug), said)
}

// Delete lets a rule go. Its files stay managed by it.
func (h *Rules) Delete(c echo.Context) error {
	return h.turn(c, h.rules.Delete, func(models.BusinessUnit, rule.Definition) string {
		return "The rule is deleted. Its files stay managed by it, and no other rule ever gets them."
	})
}

// ruled is done, with a run for a rule that is on: it takes files at once, not
// at the next turn of the life cycle.
func (h *Rules) ruled(c echo.Context, to string, state rule.State, said string) error {
	ctx, unit, _ := ofUnit(c)
	if state == rule.On {
		if err := h.files.RequestRun(ctx, actor(c), unit); err != nil {
			return err
		}
	}
	return h.done(c, to, said)
}

// turn is one of the operations that change a rule's state.
type turn func(context.Context, models.Actor, models.BusinessUnit, int64) (rulebook.Rule, error)

func (h *Rules) turn(c echo.Context, do turn, said func(models.BusinessUnit, rule.Definition) string) error {
	ctx, unit, _ := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return err
	}
	r, err := do(ctx, actor(c), unit, number)
	if err != nil {
		return err
	}
	return h.ruled(c, path.Rules(unit.Slug), r.State, said(unit, r.Definition))
}

// AskDelete tells what deleting a rule does.
func (h *Rules) AskDelete(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	r, err := h.find(c)
	if err != nil {
		return err
	}
	if r.State == rule.Deleted {
		return unknown()
	}
	counts, err := h.rules.Counts(ctx, unit)
	if err != nil {
		return err
	}
	count := counts[r.ID]
	in := views.RuleDeleteProps{
		Unit: shown, ID: r.ID, Name: r.Name, Claimed: count.Managed, UnderWay: count.Queued > 0, Failed: count.Failed,
	}
	in.Waiting, in.Kept = unplaced(r.Action, count.Waiting, count.Queued)
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.RuleDelete(p, in) })
}
