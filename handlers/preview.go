package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/usage"
	"seaportal/models"
	"seaportal/views"
)

// Preview reads the composer back and changes nothing: with a row of conditions
// more or less, or with what somebody else made of a thing, where the button for
// that was pressed, else with the count of what the rule would take. Htmx gets the count and the sentence
// alone.
func (h *Rules) Preview(c echo.Context) error {
	c.Response().Header().Set("Vary", "HX-Request")
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	show := composer{in: rule.ReadForm(form), understood: understood(form)}
	if number, ok := number(form.Get("rule")); ok {
		ctx, unit, _ := ofUnit(c)
		r, err := h.rules.Show(ctx, unit, number)
		if err != nil {
			return err
		}
		if show.orphaned = r.State == rule.Deleted; !show.orphaned {
			show.editing = &r
		}
	}
	show.opened, _ = number(form.Get("opened"))
	if show.version, _ = number(form.Get("version")); rows(form, &show) || take(form.Get("take"), &show) {
		return h.compose(c, http.StatusOK, show)
	}
	if err := h.count(c, &show); err != nil {
		return err
	}
	if partial(c) {
		in, err := h.composeProps(c, show)
		if err != nil {
			return err
		}
		return render(c, http.StatusOK, views.RulePreviewPart(in))
	}
	return h.compose(c, http.StatusOK, show)
}

// rows adds or removes a row of conditions, where a button asked for that.
func rows(form url.Values, show *composer) bool {
	conditions := show.in.Conditions
	if form.Has("add") {
		if len(conditions) < rule.MaxConditions {
			conditions = append(conditions, rule.ConditionInput{})
		}
		show.in.Conditions, show.focus = conditions, len(conditions)
		return true
	}
	if !form.Has("remove") {
		return false
	}
	row, err := strconv.Atoi(form.Get("remove"))
	if err == nil && row >= 1 && row <= len(conditions) {
		show.in.Conditions = slices.Delete(conditions, row-1, row)
	}
	return true
}

// count asks what the rule would take. A form that is not complete is counted
// as soon as it is; its complaints are shown, its count is not.
func (h *Rules) count(c echo.Context, show *composer) error {
	ctx, unit, _ := ofUnit(c)
	var id int64
	now := h.life.Now()
	in := show.in
	if strings.TrimSpace(in.Name) == "" { // no name changes a count
		in.Name = "New rule"
	}
	if in.State == "" { // not decided yet: the button that saves decides
		in.State = string(rule.On)
	}
	d, err := in.Definition(now, nil)
	if r := show.editing; r != nil {
		id = r.ID
		d, err = in.Definition(now, &r.StartDate)
	}
	var seen rulebook.Preview
	if err == nil {
		seen, err = h.rules.Preview(ctx, unit, d, id)
	}
	if show.errors = fault.Fields(err); show.errors != nil {
		return nil
	}
	if err == nil {
		show.preview = previewProps(d, seen)
		show.preview.Limit = int64(unit.DailyLimit)
	}
	return err
}

func previewProps(d rule.Definition, seen rulebook.Preview) *views.RulePreview {
	p := &views.RulePreview{
		Checked: clock.Real.Now(), AtLeast: seen.Partial, Looked: seen.Looked, Matched: seen.Matching,
		Count: seen.Now.Files, Bytes: seen.Now.Bytes, Placed: seen.PlacedBefore, Gone: seen.Gone, NotActive: seen.NotActive,
		NotDue: seen.NotDue, PerDay: seen.PerDay.Files, PerDayBytes: seen.PerDay.Bytes, ArrivalDays: seen.ArrivalDays,
	}
	for _, manager := range seen.ManagedBy {
		p.Managers = append(p.Managers, views.PreviewOther{ID: manager.RuleID, Name: manager.Name, Files: manager.Files})
	}
	for i, files := range seen.Misses {
		p.Misses = append(p.Misses, views.PreviewMiss{Condition: d.Criteria[i].String(), Files: files})
	}
	for _, file := range seen.First {
		p.First = append(p.First, views.PreviewFile{ID: file.ID, Key: file.Key, Size: file.Size, Stored: file.Stored})
	}
	if rate := seen.Rate; rate.Set() {
		micros := rate.Charge(seen.Now.Bytes, models.RetentionDays)
		if seen.Now.Bytes > 0 {
			micros = max(micros, 1) // less than the least amount is said as that, and not as nothing
		}
		p.Charge = price(usage.Micros(rate.Currency, micros))
	}
	return p
}
