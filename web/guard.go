package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"seaportal/handlers"
	"seaportal/internal/account"
	"seaportal/internal/fault"
	"seaportal/internal/session"
)

// requestTimeout bounds a request. Work that outlives it is a job's.
const requestTimeout = 30 * time.Second

// guard puts a route behind what it declares.
type guard struct {
	accounts *account.Service
	sessions *session.Store
	units    *handlers.Units
}

// register adds a route. GET answers HEAD too: the server leaves out the body.
func (g guard) register(e *echo.Echo, r route) {
	handler := g.protect(r)
	e.Add(r.method, r.path, handler)
	if r.method == http.MethodGet {
		e.HEAD(r.path, handler)
	}
}

// protect asks in this order: who is it, does the unit exist for them, may
// they do this. So an unknown unit answers 404 whatever one may do elsewhere.
// A route that declares no access is closed to everyone.
func (g guard) protect(r route) echo.HandlerFunc {
	handler := r.handler
	if !r.patient {
		handler = timed(handler)
	}
	switch r.access {
	case "":
		return func(echo.Context) error { return fault.New(fault.Forbidden, "Nobody may see this page.") }
	case bare:
		return handler
	case anyone:
		return g.known(handler)
	case view, seaEdit, rulesEdit, administer:
	}
	handler = permitted(account.Permission(r.access), handler)
	if r.ofUnit() {
		handler = g.units.Load(handler)
	}
	return g.known(signedIn(handler))
}

// known finds out who is signed in, if anybody.
func (g guard) known(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id, ok, err := g.sessions.User(c.Request())
		if err != nil {
			return err
		}
		if !ok {
			return next(c)
		}
		user, err := g.accounts.User(c.Request().Context(), id)
		if fault.Is(err, fault.Unauthenticated) { // the account is gone: nobody is signed in
			return next(c)
		}
		if err != nil {
			return err
		}
		handlers.SetUser(c, user)
		return next(c)
	}
}

func signedIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if _, ok := handlers.User(c); !ok {
			return fault.New(fault.Unauthenticated, "Sign in to go on.")
		}
		return next(c)
	}
}

func permitted(permission account.Permission, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if user, ok := handlers.User(c); !ok || !account.May(user, permission) {
			return fault.New(fault.Forbidden, "You cannot do this. You need the permission "+string(permission)+
				". Ask an administrator for it.")
		}
		return next(c)
	}
}

// timed bounds a handler. The request is put back for whoever answers an
// error: its own context has not ended.
func timed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		c.SetRequest(r.WithContext(ctx))
		err := next(c)
		c.SetRequest(r)
		return err
	}
}

func actorName(c echo.Context) string {
	user, _ := handlers.User(c)
	return user.Email
}
