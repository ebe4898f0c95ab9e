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

// SetUp makes the first administrator by the one-time link.
type SetUp struct {
	frame
	accounts *account.Service
}

// New shows the form, where the link still works.
func (h *SetUp) New(c echo.Context) error {
	if err := h.accounts.SetUpOpen(c.Request().Context(), c.Param("token")); err != nil {
		return err
	}
	return h.form(c, http.StatusOK, views.SetUpProps{})
}

func (h *SetUp) form(c echo.Context, status int, in views.SetUpProps) error {
	in.Token = c.Param("token")
	unkept(c)
	return h.show(c, status, func(p layout.Page) templ.Component { return views.SetUp(p, in) })
}

// Create makes the administrator and signs them in.
func (h *SetUp) Create(c echo.Context) error {
	in := views.SetUpProps{Email: c.FormValue("email"), Name: c.FormValue("name")}
	password := c.FormValue("password")
	if again := c.FormValue("confirm"); again != "" && again != password {
		in.Errors = map[string]string{"confirm": "The two passwords differ. Type the same one twice."}
		return h.form(c, http.StatusUnprocessableEntity, in)
	}
	user, err := h.accounts.SetUp(c.Request().Context(), c.Param("token"), in.Email, in.Name, password, c.RealIP())
	if in.Errors = fault.Fields(err); in.Errors != nil {
		return h.form(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	if err := h.sessions.SignIn(c.Response(), c.Request(), user.ID, c.RealIP()); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, path.Home())
}
