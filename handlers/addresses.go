package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/path"
	"seaportal/models"
	"seaportal/views"
)

// addressForm is a unit's allowed addresses as they are.
func addressForm(unit models.BusinessUnit) views.AddressForm {
	return views.AddressForm{Text: unit.AllowedAddresses, LockVersion: strconv.FormatInt(unit.LockVersion, 10)}
}

// AllowAddresses sets from where the unit's credential set may be used. When
// somebody else changed the unit since the form was opened, it comes back with
// what was typed beside what holds now.
func (h *Units) AllowAddresses(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	form := views.AddressForm{Text: c.FormValue("allowed_addresses"), LockVersion: c.FormValue("lock_version")}
	version, err := strconv.ParseInt(form.LockVersion, 10, 64)
	if err != nil {
		version = -1
	}
	changed, err := h.units.AllowAddresses(ctx, actor(c), unit, form.Text, version)
	in := views.UnitSettingsProps{Form: settingsForm(unit)}
	if form.Errors = fault.Fields(err); form.Errors != nil {
		in.Addresses = form
		return h.settings(c, http.StatusUnprocessableEntity, in)
	}
	if fault.Is(err, fault.Conflict) {
		now, err := h.units.BySlug(ctx, unit.Slug)
		if err != nil {
			return err
		}
		in.Addresses = form
		in.Addresses.LockVersion, in.Addresses.Theirs = strconv.FormatInt(now.LockVersion, 10), allowedText(now)
		in.Form = settingsForm(now)
		return h.settings(c, http.StatusConflict, in)
	}
	if err != nil {
		return err
	}
	said := "The allowed addresses are saved, and hold for every new request."
	if changed.PolicyPending() {
		said = "The allowed addresses are saved. The identity service did not answer yet: they are being applied."
	} else if !changed.HasLocation() {
		said = "The allowed addresses are saved. They hold once SEA is enabled."
	}
	return h.done(c, path.Settings(unit.Slug), said)
}

func allowedText(unit models.BusinessUnit) string {
	if allowed := unit.Allowed(); len(allowed) > 0 {
		return strings.Join(allowed, ", ")
	}
	return "any address"
}
