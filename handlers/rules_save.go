package handlers

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/path"
	"seaportal/internal/rule"
	"seaportal/models"
	"seaportal/views/ui"
)

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
		return h.compose(c, http.StatusUnprocessableEntity, composer{in: in, understood: understood(form), errors: bad})
	}
	if err != nil {
		return err
	}
	return h.ruled(c, path.Rules(unit.Slug), d.State, h.saved(unit, d))
}

func understood(form url.Values) bool { return form.Get("understood") != "" }

// saved tells what a rule that was just saved does from now on.
func (h *Rules) saved(unit models.BusinessUnit, d rule.Definition) string {
	if d.State == rule.On {
		return h.begins(unit, d)
	}
	return "The rule is saved. It takes nothing until it is on."
}

// begins tells when a rule that is on takes its first files, and places them.
func (h *Rules) begins(unit models.BusinessUnit, d rule.Definition) string {
	switch {
	case d.StartDate.After(h.life.Now()):
		return "The rule is on. It takes what matches from " + d.StartDate.Format("2 January 2006") + " on."
	case !d.Action.Places():
		return "The rule is on. It takes what matches within seconds."
	case unit.StorageKind == models.StorageCustom:
		return "The rule is on. Nothing is placed: this business unit keeps its files on custom storage."
	case unit.SEAState != models.SEAEnabled:
		return "The rule is on. It takes what matches within seconds. Nothing is placed until SEA is enabled for this business unit."
	case d.AfterDays > 0:
		return "The rule is on. It takes what matches within seconds, and places each file " +
			ui.Plural(int64(d.AfterDays), "day", "days") + " after it was stored" + asLimited(unit) + "."
	case unit.DailyLimit > 0: // not within seconds, then
		return "The rule is on. It takes what matches within seconds, and places it" + asLimited(unit) + "."
	}
	return "The rule is on. It takes what matches, and places it, within seconds."
}

// asLimited says that a daily limit holds, where the unit has one.
func asLimited(unit models.BusinessUnit) string {
	if unit.DailyLimit == 0 {
		return ""
	}
	return ", as the limit of " + ui.Plural(int64(unit.DailyLimit), "file", "files") + " a day allows"
}

// Update changes a rule, unless somebody changed it since the form was opened:
// then the form comes back as it was typed, beside what somebody else made of the
// rule, to be sent knowingly or not at all; if it was deleted, as a new rule's.
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
	opened, _ := number(form.Get("opened"))
	in := rule.ReadForm(form)
	if before.State == rule.Deleted {
		return h.compose(c, http.StatusConflict, composer{in: in, understood: understood(form), orphaned: true})
	}
	d, err := in.Definition(h.life.Now(), &before.StartDate)
	if err == nil {
		_, err = h.rules.Update(ctx, actor(c), unit, before.ID, version, d)
	}
	if bad := fault.Fields(err); bad != nil {
		return h.compose(c, http.StatusUnprocessableEntity, composer{
			in: in, editing: &before, understood: understood(form), errors: bad, version: version, opened: opened,
		})
	}
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
		return h.overtaken(c, err, composer{in: in, understood: understood(form), opened: opened, version: version})
	}
	if err != nil {
		return err
	}
	said := "The rule is changed, for files that are not processed yet."
	if d.State != before.State {
		said = h.saved(unit, d)
	}
	return h.ruled(c, path.Rule(unit.Slug, before.ID), d.State, said)
}
