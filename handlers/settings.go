package handlers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/path"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Settings shows what holds for a unit, with the forms that change it and that
// turn SEA off.
func (h *Units) Settings(c echo.Context) error {
	_, unit, _ := ofUnit(c)
	return h.settings(c, http.StatusOK, views.UnitSettingsProps{Form: settingsForm(unit), Addresses: addressForm(unit)})
}

func (h *Units) settings(c echo.Context, status int, in views.UnitSettingsProps) error {
	ctx, unit, shown := ofUnit(c)
	summary, err := h.files.Summary(ctx, unit)
	if err != nil {
		return err
	}
	in.Unit, in.Location, in.Pending = shown, unit.FileLocation(), unit.PolicyPending()
	if in.Addresses.LockVersion == "" { // another form of the page came back
		in.Addresses = addressForm(unit)
	}
	in.CustomKey = unit.CustomKeyARN != ""
	in.ActiveStorage, in.RetentionDays = unit.ActiveBucket+"/"+unit.ActivePrefix, unit.RetentionDays
	in.Files, in.Held, in.LastDeleted = summary.ByState[models.PlacementPlaced].Files, summary.Held, when(summary.LastExpiry)
	presigned, err := h.files.LastPresigned(ctx, unit)
	if err != nil {
		return err
	}
	in.Presigned = when(presigned)
	return h.show(c, status, func(p layout.Page) templ.Component { return views.UnitSettings(p, in) })
}

// Disable turns SEA off: credentials, share links and rules stop, files stay
// until they expire.
func (h *Units) Disable(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	in := views.UnitSettingsProps{Form: settingsForm(unit), Confirm: c.FormValue("confirm")}
	err := h.units.Disable(ctx, actor(c), unit.Slug, in.Confirm)
	if in.Errors = fault.Fields(err); in.Errors != nil {
		return h.settings(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	return h.done(c, path.BusinessUnit(unit.Slug), "SEA is disabled. What is placed stays until it expires.")
}
