package handlers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/businessunit"
	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/lifecycle"
	"seaportal/internal/path"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/views"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

// Units is business units, and the overview across them.
type Units struct {
	frame
	units       *businessunit.Service
	credentials *credential.Service
	rules       *rulebook.Service
	files       *lifecycle.Engine
}

// Home shows what needs attention across the units.
func (h *Units) Home(c echo.Context) error {
	all, err := h.units.Summaries(c.Request().Context())
	if err != nil {
		return err
	}
	in := views.OverviewProps{Attention: attention(all), Units: unitRows(all)}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.Overview(p, in) })
}

// List shows every unit.
func (h *Units) List(c echo.Context) error {
	all, err := h.units.Summaries(c.Request().Context())
	if err != nil {
		return err
	}
	in := views.BusinessUnitListProps{Units: unitRows(all)}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.BusinessUnitList(p, in) })
}

func unitRows(all []businessunit.Summary) []views.UnitRow {
	rows := make([]views.UnitRow, len(all))
	for i, unit := range all {
		rows[i] = views.UnitRow{
			Slug: unit.Slug, Name: unit.Name, State: string(unit.SEAState), Files: unit.Files, Bytes: unit.Bytes,
			DeletesSoon: unit.DeletedSoon, Failed: unit.Failed, LastDownload: when(unit.LastDownload),
		}
	}
	return rows
}

// New shows the form for a unit.
func (h *Units) New(c echo.Context) error {
	return h.form(c, http.StatusOK, views.BusinessUnitNewProps{})
}

func (h *Units) form(c echo.Context, status int, in views.BusinessUnitNewProps) error {
	return h.show(c, status, func(p layout.Page) templ.Component { return views.BusinessUnitNew(p, in) })
}

// Create makes a unit, with SEA off.
func (h *Units) Create(c echo.Context) error {
	in := views.BusinessUnitNewProps{
		Name: c.FormValue("name"), Slug: c.FormValue("slug"),
		ActiveBucket: c.FormValue("active_bucket"), ActivePrefix: c.FormValue("active_prefix"),
	}
	unit, err := h.units.Create(c.Request().Context(), actor(c), businessunit.New{
		Name: in.Name, Slug: in.Slug, ActiveBucket: in.ActiveBucket, ActivePrefix: in.ActivePrefix,
	})
	if in.Errors = fault.Fields(err); in.Errors != nil {
		return h.form(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	return h.done(c, path.BusinessUnit(unit.Slug), "The business unit is there. Enable SEA to give it a location.")
}

// Enable gives the unit its SEA location and its IAM user.
func (h *Units) Enable(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	if err := h.units.Enable(ctx, actor(c), unit.Slug); err != nil {
		return err
	}
	said := "SEA is enabled."
	rules, err := h.rules.List(ctx, unit)
	if err != nil {
		return err
	}
	if paused := countRules(rules, rule.Paused); paused > 0 {
		said += " " + ui.Plural(paused, "rule is paused. Resume it", "rules are paused. Resume them") + " on the Rules tab."
	}
	return h.done(c, path.BusinessUnit(unit.Slug), said)
}

// Run wishes for a run of the unit's life cycle, and answers once the wish is
// durable.
func (h *Units) Run(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	if err := h.files.RequestRun(ctx, actor(c), unit); err != nil {
		return err
	}
	return h.done(c, path.Files(unit.Slug), "Active storage is being looked through. What the rules take arrives here.")
}
