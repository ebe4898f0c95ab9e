// Package handlers owns the screens' requests: one type per noun, one file per
// screen. A handler decodes the request, calls one operation and answers with
// a view or a redirect. It refuses to decide: what is allowed stands on the
// route table, what is valid in the operations, what it looks like in the
// views. An error that is not about a form's fields is returned; the web layer
// makes a page of it.
package handlers

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/account"
	"seaportal/internal/clock"
	"seaportal/internal/session"
	"seaportal/models"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

// keys of what the web layer and Units.Load leave in a request's context.
const (
	userKey = "user"
	unitKey = "unit"
	leftKey = "left"
)

// SetUser tells the handlers who is signed in.
func SetUser(c echo.Context, user models.User) { c.Set(userKey, user) }

// User gives who is signed in; ok is false for nobody.
func User(c echo.Context) (models.User, bool) {
	user, ok := c.Get(userKey).(models.User)
	return user, ok
}

func actor(c echo.Context) models.Actor {
	user, _ := User(c)
	return account.Actor(user, c.RealIP())
}

// frame is what stands around every page. Handlers embed it.
type frame struct {
	sessions *session.Store
	life     clock.Clock
	warnings []layout.Warning
}

// page gathers what every screen needs to know of the request.
func (f *frame) page(c echo.Context) layout.Page {
	p := layout.Page{
		Path: c.Request().URL.Path, Theme: cookie(c, "theme"), Density: cookie(c, "density"),
		Now: clock.Real.Now(), LifeNow: f.life.Now(),
	}
	user, ok := User(c)
	if !ok {
		return p
	}
	p.Actor = layout.Actor{Email: user.Email, Name: user.Name, Role: roleLabel(user.Role)}
	p.May = layout.Permissions{
		Access: account.May(user, account.SEAEdit), Rules: account.May(user, account.LifeCycleEdit),
		Operate: account.May(user, account.Administer),
	}
	p.Warnings = f.warnings
	return p
}

// show answers with a whole page, which takes along what the last request left
// to be said.
func (f *frame) show(c echo.Context, status int, view func(layout.Page) templ.Component) error {
	p := f.page(c)
	if p.Actor.Email != "" && c.Request().Method == http.MethodGet {
		text, err := f.sessions.TakeFlash(c.Response(), c.Request())
		if err != nil {
			return err
		}
		p.Flash = layout.Flash{Tone: ui.ToneOK, Text: text}
	}
	return render(c, status, view(p))
}

// done redirects after a change, and leaves a sentence for the next page.
func (f *frame) done(c echo.Context, to, said string) error {
	if err := f.sessions.SetFlash(c.Response(), c.Request(), said); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// render buffers, so that a view that fails half-way sends no half page.
func render(c echo.Context, status int, view templ.Component) error {
	var body bytes.Buffer
	if err := view.Render(c.Request().Context(), &body); err != nil {
		return fmt.Errorf("render %s: %w", c.Path(), err)
	}
	return c.HTMLBlob(status, body.Bytes())
}

// partial tells whether htmx asks for a part of a page.
func partial(c echo.Context) bool { return c.Request().Header.Get("HX-Request") == "true" }

func cookie(c echo.Context, name string) string {
	found, err := c.Cookie(name)
	if err != nil {
		return ""
	}
	return found.Value
}

func roleLabel(role models.Role) string {
	return strings.ToUpper(string(role[:1])) + string(role[1:])
}
