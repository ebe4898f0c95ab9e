package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/path"
	"seaportal/views"
)

// Hold keeps a placed file from expiring.
func (h *Files) Hold(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return err
	}
	form := views.HoldForm{Reason: c.FormValue("reason")}
	err = h.files.Hold(ctx, actor(c), unit, number, form.Reason)
	if form.Errors = fault.Fields(err); form.Errors != nil {
		return h.file(c, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return h.done(c, path.File(unit.Slug, number), "The file is on hold. It stays until it is released.")
}

// Release ends a file's hold.
func (h *Files) Release(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return err
	}
	if err := h.files.Release(ctx, actor(c), unit, number); err != nil {
		return err
	}
	return h.done(c, path.File(unit.Slug, number), "The file is released. It is deleted when its time is over.")
}
