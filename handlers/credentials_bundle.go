package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seaportal/internal/credential"
	"seaportal/internal/credential/bundle"
	"seaportal/views"
)

// bundles are the files that the page which shows a secret offers.
func bundles() []views.Bundle {
	var all []views.Bundle
	for _, f := range bundle.Formats() {
		all = append(all, views.Bundle{Format: f.ID, Label: f.Label, For: f.For, Secret: f.Secret})
	}
	return all
}

// Bundle answers with the set that a page has just shown as a file. A file is
// not a part of a page: htmx gets none.
func (h *Credentials) Bundle(c echo.Context) error {
	if partial(c) {
		return noPart()
	}
	ctx, unit, _ := ofUnit(c)
	session, err := h.sessions.Mark(c.Request())
	if err != nil {
		return err
	}
	file, err := h.bundles.Make(ctx, actor(c), unit, session, credential.BundleForm{
		Sealed: c.FormValue("sealed"), AccessKeyID: c.FormValue("access_key_id"), Format: c.FormValue("format"),
	})
	if err != nil {
		return err
	}
	unkept(c)
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+file.Name+`"`) // of a slug and constants: nothing to escape
	return c.Blob(http.StatusOK, file.Type, file.Body)
}
