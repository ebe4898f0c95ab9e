// Package web owns the way from a request to a handler and back: the route
// table with the permission of every route, the middleware around all of them,
// and the one place where errors become answers. It refuses to know what a
// screen does; that is package handlers.
package web

import (
	"context"
	"log/slog"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/prometheus/client_golang/prometheus"

	"seaportal/handlers"
	"seaportal/internal/account"
	"seaportal/internal/proxy"
	"seaportal/internal/session"
)

// Deps is what the portal's web side is made of. All but Collectors is needed.
type Deps struct {
	Handlers *handlers.Handlers
	Accounts *account.Service
	Sessions *session.Store
	Log      *slog.Logger
	// Ready tells why the portal cannot serve now; nil when it can.
	Ready func(context.Context) error
	// StrictTransport makes browsers use TLS for this host from now on.
	StrictTransport bool
	// Proxies are believed about the address that a request comes from.
	Proxies proxy.Trusted
	// PublicURL is how browsers reach the portal, where that is known: a proxy
	// may ask for another host than they do.
	PublicURL string
	// Collectors are metrics of other packages, shown beside those of the web.
	Collectors []prometheus.Collector
}

// New makes the portal's HTTP handler.
func New(deps Deps) *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = address(deps.Proxies)
	problems := problems{log: deps.Log, page: &deps.Handlers.Problems}
	e.HTTPErrorHandler = problems.answer
	metrics := newMetrics(deps.Collectors)

	e.Pre(middleware.RemoveTrailingSlash())
	e.Use(
		breakOff,
		identify,
		logAccess(deps.Log),
		metrics.observe,
		secureHeaders(deps.StrictTransport),
		recovered,
		crossOrigin(sameSite(deps.PublicURL)),
		middleware.BodyLimit(bodyLimit),
		cleanInput,
	)
	guard := guard{accounts: deps.Accounts, sessions: deps.Sessions, units: &deps.Handlers.Units}
	for _, r := range table(deps, metrics) {
		guard.register(e, r)
	}
	return e
}
