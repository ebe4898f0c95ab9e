package handlers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/link"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// AskPresigned asks how long a presigned URL should work.
func (h *Links) AskPresigned(c echo.Context) error {
	return h.askPresigned(c, http.StatusOK, views.PresignedNewProps{Lifetime: "24h"})
}

func (h *Links) askPresigned(c echo.Context, status int, in views.PresignedNewProps) error {
	ctx, unit, shown := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return err
	}
	p, err := h.files.File(ctx, unit, number)
	if err != nil {
		return err
	}
	if p.State != models.PlacementPlaced {
		return fault.New(fault.NotFound, "This file is not in SEA, so there is nothing that a URL could fetch.")
	}
	in.Unit, in.ID, in.Key = shown, p.ID, p.Key
	if !p.Held { // of a hold no end is known
		in.Expires = when(p.ExpiresAt)
	}
	user, _ := User(c)
	if in.Nonce, err = h.links.IssueURLNonce(ctx, user.ID, unit); err != nil {
		return err
	}
	return h.show(c, status, func(page layout.Page) templ.Component { return views.PresignedNew(page, in) })
}

// CreatePresigned issues a presigned URL and shows it, once.
func (h *Links) CreatePresigned(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	number, err := id(c)
	if err != nil {
		return err
	}
	in := views.PresignedNewProps{Lifetime: c.FormValue("lifetime"), Other: c.FormValue("lifetime_other")}
	lifetime, err := readLifetime(in.Lifetime, in.Other)
	var signed link.Presigned
	if err == nil {
		signed, err = h.links.Presign(ctx, actor(c), unit, number, lifetime, c.FormValue("nonce"))
	}
	if in.Errors = fault.Fields(err); in.Errors != nil {
		return h.askPresigned(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	page := views.PresignedShowProps{
		Unit: shown, ID: number, Key: signed.Key, URL: signed.URL, Expires: signed.ExpiresAt,
		WithFile: signed.Ends == link.EndsWithFile, WithCredentials: signed.Ends == link.EndsWithCredentials,
	}
	unkept(c)
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.PresignedShow(p, page) })
}
