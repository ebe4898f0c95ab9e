package handlers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/path"
	"seaportal/views"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

// AskRevoke asks before a link ends. One that has ended leads to its page.
func (h *Links) AskRevoke(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return err
	}
	found, err := h.links.Link(ctx, unit, number)
	if err != nil {
		return err
	}
	in := views.LinkRevokeProps{Unit: shown, Link: linkRow(found.Issued)}
	if in.Link.State != "live" {
		return c.Redirect(http.StatusSeeOther, path.Link(unit.Slug, number))
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.LinkRevoke(p, in) })
}

// Revoke ends a link.
func (h *Links) Revoke(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return err
	}
	if err := h.links.Revoke(ctx, actor(c), unit, number); err != nil {
		return err
	}
	return h.done(c, path.Links(unit.Slug), "The link is revoked. It works no more.")
}

// AskRevokeAll asks before every link of the unit ends, or every one to the file
// that is given as file.
func (h *Links) AskRevokeAll(c echo.Context) error {
	text := c.QueryParam("file")
	if text == "" {
		return h.askRevokeAll(c, http.StatusOK, "")
	}
	ctx, unit, shown := ofUnit(c)
	file, ok := number(text)
	if !ok {
		return unknown()
	}
	found, err := h.files.File(ctx, unit, file)
	if err != nil {
		return err
	}
	in := views.LinkRevokeAllProps{Unit: shown, File: file, Key: found.Key}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.LinkRevokeAll(p, in) })
}

func (h *Links) askRevokeAll(c echo.Context, status int, problem string) error {
	_, _, shown := ofUnit(c)
	in := views.LinkRevokeAllProps{Unit: shown, Typed: c.FormValue("confirm"), Problem: problem}
	return h.show(c, status, func(p layout.Page) templ.Component { return views.LinkRevokeAll(p, in) })
}

// RevokeAll ends every link to the file that is given as file, or every link
// of the unit, which asks for its slug as confirm.
func (h *Links) RevokeAll(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	var file int64
	to := path.Links(unit.Slug)
	if text := c.FormValue("file"); text != "" {
		var ok bool
		if file, ok = number(text); !ok {
			return unknown()
		}
		to = path.File(unit.Slug, file)
	} else if bad := fault.Fields(fault.Confirm(unit.Slug, c.FormValue("confirm"))); bad != nil {
		return h.askRevokeAll(c, http.StatusUnprocessableEntity, bad["confirm"])
	}
	revoked, err := h.links.RevokeAll(ctx, actor(c), unit, file)
	if err != nil {
		return err
	}
	said := "No link was live."
	if revoked > 0 {
		said = ui.Plural(revoked, "link is", "links are") + " revoked."
	}
	return h.done(c, to, said)
}
