package handlers

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// origin is how people reach the portal. Its zero value goes by each request.
type origin struct {
	public string // URL of the portal; empty: the request's host
	secure bool
}

// absolute is a path of the portal as people pass it on.
func (o origin) absolute(c echo.Context, to string) string {
	if o.public != "" {
		return strings.TrimSuffix(o.public, "/") + to
	}
	scheme := "http://"
	if o.secure || c.IsTLS() {
		scheme = "https://"
	}
	return scheme + c.Request().Host + to
}
