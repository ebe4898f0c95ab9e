package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/link"
	"seaportal/views"
	"seaportal/views/layout"
)

// List shows a page of links, newest first. The links themselves are shown
// nowhere again.
func (h *Links) List(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	query := link.Query{State: c.QueryParam("state")}
	query.PlacementID, _ = number(c.QueryParam("file"))
	query.After, _ = number(c.QueryParam("after"))
	query.Before, _ = number(c.QueryParam("before"))
	page, err := h.links.List(ctx, unit, query)
	if err != nil {
		return err
	}
	in := views.LinkListProps{Unit: shown, State: query.State, File: c.QueryParam("file"), Links: linkRows(page.Rows)}
	if n := len(page.Rows); n > 0 {
		in.Newer = besideLink(c, page.Newer, "before", page.Rows[0].ID)
		in.Older = besideLink(c, page.Older, "after", page.Rows[n-1].ID)
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.LinkList(p, in) })
}

// besideLink gives the page next to this one, with the same filters.
func besideLink(c echo.Context, there bool, side string, id int64) string {
	if !there {
		return ""
	}
	other := url.Values{side: {strconv.FormatInt(id, 10)}}
	for _, filter := range []string{"state", "file"} {
		if text := c.QueryParam(filter); text != "" {
			other.Set(filter, text)
		}
	}
	return c.Request().URL.Path + "?" + other.Encode()
}

// Show is one link with its files.
func (h *Links) Show(c echo.Context) error {
	number, err := id(c)
	if err != nil {
		return err
	}
	return h.one(c, http.StatusOK, number, nil)
}

func (h *Links) one(c echo.Context, status int, number int64, bad map[string]string) error {
	ctx, unit, shown := ofUnit(c)
	found, err := h.links.Link(ctx, unit, number)
	if err != nil {
		return err
	}
	in := views.LinkShowProps{
		Unit: shown, Link: linkRow(found.Issued), Ends: when(found.Ends), Lifetime: "24h", Errors: bad,
		Revoked: when(found.RevokedAt), RevokedBy: found.RevokedBy,
	}
	if bad != nil {
		in.Lifetime, in.Other = c.FormValue("lifetime"), c.FormValue("lifetime_other")
	}
	for _, file := range found.All {
		in.Files = append(in.Files, views.LinkFile{ID: file.ID, Key: file.Key, Size: file.Size, Here: file.Here, Downloads: file.Fetched})
	}
	return h.show(c, status, func(p layout.Page) templ.Component { return views.LinkShow(p, in) })
}

// readLifetime reads a lifetime of a list, or the other one beside it.
func readLifetime(listed, other string) (lifetime time.Duration, err error) {
	name, text := "lifetime", listed
	if listed == views.OtherLifetime {
		name, text = "lifetime_other", other
	}
	if lifetime, err = link.ParseLifetime(text); err != nil {
		return 0, fault.BadInput(fault.Field{Name: name, Msg: "Say how long, as a number with a unit: such as 36h or 7d."})
	}
	return lifetime, nil
}
