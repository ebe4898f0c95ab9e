package handlers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/account"
	"seaportal/internal/fault"
	"seaportal/internal/path"
	"seaportal/views"
	"seaportal/views/layout"
)

// SignIn begins and ends sessions.
type SignIn struct {
	frame
	accounts *account.Service
}

// New shows the form. Whoever is signed in already goes where they meant to.
func (h *SignIn) New(c echo.Context) error {
	next := c.QueryParam("next")
	if _, ok := User(c); ok {
		return c.Redirect(http.StatusSeeOther, Next(next))
	}
	return h.form(c, http.StatusOK, views.SignInProps{Next: next})
}

func (h *SignIn) form(c echo.Context, status int, in views.SignInProps) error {
	if in.Next = Next(in.Next); in.Next == path.Home() {
		in.Next = ""
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return h.show(c, status, func(p layout.Page) templ.Component { return views.SignIn(p, in) })
}

// Create signs in, under a new session.
func (h *SignIn) Create(c echo.Context) error {
	in := views.SignInProps{Email: c.FormValue("email"), Next: c.FormValue("next")}
	user, err := h.accounts.SignIn(c.Request().Context(), in.Email, c.FormValue("password"), c.RealIP())
	if bad := fault.Fields(err); bad != nil {
		if in.Errors = bad; len(bad) == 0 {
			in.Problem = fault.Message(err)
		}
		return h.form(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	if err := h.sessions.SignIn(c.Response(), c.Request(), user.ID, c.RealIP()); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, Next(in.Next))
}

// Delete signs out: the session is revoked, and pages that the browser kept
// are dropped.
func (h *SignIn) Delete(c echo.Context) error {
	if err := h.sessions.SignOut(c.Response(), c.Request()); err != nil {
		return err
	}
	if user, ok := User(c); ok {
		if err := h.accounts.SignedOut(c.Request().Context(), user, c.RealIP()); err != nil {
			return err
		}
	}
	c.Response().Header().Set("Clear-Site-Data", `"cache"`)
	return c.Redirect(http.StatusSeeOther, path.SignIn())
}
