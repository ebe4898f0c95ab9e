package handlers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/lifecycle"
	"seaportal/internal/link"
	"seaportal/internal/path"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Links is the share links that a unit issued.
type Links struct {
	frame
	links  *link.Service
	files  *lifecycle.Engine
	origin origin
}

// New shows the form for a link to placed files. Those of the selection that
// are not in SEA are left out, and counted.
func (h *Links) New(c echo.Context) error {
	return h.form(c, http.StatusOK, c.QueryParams()["id"], views.LinkNewProps{Lifetime: "24h", MaxDownloads: "1"})
}

func (h *Links) form(c echo.Context, status int, selection []string, in views.LinkNewProps) error {
	ctx, unit, shown := ofUnit(c)
	chosen, err := ids(selection)
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		return unknown()
	}
	files, err := h.files.Selected(ctx, unit, chosen[:min(len(chosen), link.MaxFiles+1)])
	if err != nil {
		return err
	}
	in.Unit = shown
	for _, p := range files {
		if p.State != models.PlacementPlaced {
			in.LeftOut++
			continue
		}
		in.Files = append(in.Files, views.LinkFile{ID: p.ID, Key: p.Key, Size: p.Size})
		if ends := when(p.ExpiresAt); !p.Held && (in.Expires.IsZero() || ends.Before(in.Expires)) { // of a hold no end is known
			in.Expires = ends
		}
	}
	user, _ := User(c)
	if in.Nonce, err = h.links.IssueNonce(ctx, user.ID, unit); err != nil {
		return err
	}
	return h.show(c, status, func(page layout.Page) templ.Component { return views.LinkNew(page, in) })
}

// Create issues a link and shows it, once.
func (h *Links) Create(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	in := views.LinkNewProps{
		Lifetime: form.Get("lifetime"), Other: form.Get("lifetime_other"), MaxDownloads: form.Get("max_downloads"), Note: form.Get("note"),
	}
	want, err := readLink(in, form["id"], form.Get("pin"))
	want.Nonce = form.Get("nonce")
	var created link.Created
	if err == nil {
		created, err = h.links.Create(ctx, actor(c), unit, want)
	}
	if in.Errors = fault.Fields(err); in.Errors != nil && in.Errors["id"] == "" {
		again(in.Errors, "pin", "PIN", form.Get("pin"))
		return h.form(c, http.StatusUnprocessableEntity, form["id"], in)
	}
	if err != nil {
		return err
	}
	page := views.LinkCreatedProps{
		Unit: shown, Key: created.Key, Files: created.Files, Link: h.origin.absolute(c, path.Shared(created.Token.Reveal())),
		Expires: created.ExpiresAt, MaxDownloads: want.MaxDownloads, HasPIN: !want.PIN.Empty(), Back: path.Files(unit.Slug),
	}
	if created.Files == 1 {
		page.Back = path.File(unit.Slug, want.PlacementIDs[0])
	}
	unkept(c)
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.LinkCreated(p, page) })
}

// unkept keeps a page that shows a secret, or whose address is one, out of
// caches. Other sites learn nothing of it as of no page: Referrer-Policy stays
// at same-origin. With no-referrer browsers would send the page's own forms
// with `Origin: null`, which is refused where no Sec-Fetch-Site says better.
func unkept(c echo.Context) { c.Response().Header().Set("Cache-Control", "no-store") }

// Extend makes a link last longer.
func (h *Links) Extend(c echo.Context) error {
	ctx, unit, _ := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return err
	}
	lifetime, err := readLifetime(c.FormValue("lifetime"), c.FormValue("lifetime_other"))
	if err != nil {
		return h.one(c, http.StatusUnprocessableEntity, number, fault.Fields(err))
	}
	until, err := h.links.Extend(ctx, actor(c), unit, number, lifetime)
	if fields := fault.Fields(err); fields != nil {
		return h.one(c, http.StatusUnprocessableEntity, number, fields)
	}
	if err != nil {
		return err
	}
	return h.done(c, path.Link(unit.Slug, number), "The link works until "+until.UTC().Format("2 Jan 2006, 15:04:05")+" UTC.")
}
