package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// themeLifetime is how long a browser remembers the theme.
const themeLifetime = 365 * 24 * time.Hour

// Theme keeps how a browser wants the portal to look. It belongs to the
// browser, not to the account, so that the sign-in page looks so too.
type Theme struct{ Secure bool }

// Update sets the theme to light or dark; any other value goes back to the
// system's. It returns to the page that it was sent from.
func (h *Theme) Update(c echo.Context) error {
	//nolint:gosec // no secret: app.js reads and sets it too, and the portal may run without TLS
	theme := http.Cookie{
		Name: "theme", Value: c.FormValue("theme"), Path: "/", MaxAge: int(themeLifetime / time.Second),
		SameSite: http.SameSiteLaxMode, Secure: h.Secure,
	}
	if theme.Value != "light" && theme.Value != "dark" {
		theme.Value, theme.MaxAge = "", -1
	}
	c.SetCookie(&theme)
	return c.Redirect(http.StatusSeeOther, Back(c.Request()))
}
