package handlers

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/lifecycle"
	"seaportal/internal/link"
	"seaportal/internal/path"
	"seaportal/internal/sealed"
	"seaportal/views"
	"seaportal/views/layout"
)

// Links is the share links that a unit issued.
type Links struct {
	frame
	links  *link.Service
	files  *lifecycle.Engine
	public string // URL of the portal; empty: the request's host
	secure bool
}

// List shows the links, newest first. The links themselves are shown nowhere
// again.
func (h *Links) List(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	issued, err := h.links.List(ctx, unit)
	if err != nil {
		return err
	}
	in := views.LinkListProps{Unit: shown, Links: linkRows(issued)}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.LinkList(p, in) })
}

// New shows the form for a link to one placed file.
func (h *Links) New(c echo.Context) error {
	return h.form(c, http.StatusOK, c.QueryParam("id"), views.LinkNewProps{Lifetime: "24h", MaxDownloads: "1"})
}

func (h *Links) form(c echo.Context, status int, placement string, in views.LinkNewProps) error {
	ctx, unit, shown := ofUnit(c)
	number, ok := number(placement)
	if !ok {
		return unknown()
	}
	p, err := h.files.File(ctx, unit, number)
	if err != nil {
		return err
	}
	in.Unit, in.ID, in.Key, in.Expires = shown, p.ID, p.Key, when(p.ExpiresAt)
	if p.Held { // no end is known
		in.Expires = time.Time{}
	}
	return h.show(c, status, func(page layout.Page) templ.Component { return views.LinkNew(page, in) })
}

// Create issues a link and shows it, once.
func (h *Links) Create(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	in := views.LinkNewProps{Lifetime: c.FormValue("lifetime"), MaxDownloads: c.FormValue("max_downloads")}
	want, err := readLink(in, c.FormValue("id"), c.FormValue("pin"))
	var created link.Created
	if err == nil {
		created, err = h.links.Create(ctx, actor(c), unit, want)
	}
	if in.Errors = fault.Fields(err); in.Errors != nil {
		return h.form(c, http.StatusUnprocessableEntity, c.FormValue("id"), in)
	}
	if err != nil {
		return err
	}
	page := views.LinkCreatedProps{
		Unit: shown, ID: want.PlacementID, Key: created.Key, Link: h.absolute(c, path.Shared(created.Token.Reveal())),
		Expires: created.ExpiresAt, MaxDownloads: want.MaxDownloads, HasPIN: !want.PIN.Empty(),
	}
	header := c.Response().Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.LinkCreated(p, page) })
}

// readLink decodes the form. A field that is left out has its default: a day,
// any number of downloads, no PIN.
func readLink(in views.LinkNewProps, placement, pin string) (link.New, error) {
	want := link.New{Lifetime: 24 * time.Hour, PIN: sealed.NewPlain(strings.TrimSpace(pin))}
	var bad []fault.Field
	var ok bool
	if want.PlacementID, ok = number(placement); !ok {
		return want, unknown()
	}
	if in.Lifetime != "" {
		lifetime, err := link.ParseLifetime(in.Lifetime)
		if want.Lifetime = lifetime; err != nil {
			bad = append(bad, fault.Field{Name: "lifetime", Msg: "Choose how long the link works, such as 24h or 7d."})
		}
	}
	if in.MaxDownloads != "" {
		most, err := strconv.Atoi(strings.TrimSpace(in.MaxDownloads))
		if want.MaxDownloads = most; err != nil {
			bad = append(bad, fault.Field{Name: "max_downloads", Msg: "Write a whole number; 0 is any number."})
		}
	}
	return want, fault.BadInput(bad...)
}

// absolute is a path of the portal as people pass it on.
func (h *Links) absolute(c echo.Context, to string) string {
	if h.public != "" {
		return strings.TrimSuffix(h.public, "/") + to
	}
	scheme := "http://"
	if h.secure || c.IsTLS() {
		scheme = "https://"
	}
	return scheme + c.Request().Host + to
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
