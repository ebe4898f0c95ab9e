package web

import (
	"net"
	"net/http"
	"net/netip"

	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/proxy"
)

// address tells where a request comes from: history, rate limits and sessions
// go by that. Without a proxy that is trusted by configuration it is the one
// that the connection comes from; headers could say anything.
func address(proxies proxy.Trusted) echo.IPExtractor {
	return func(r *http.Request) string {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil {
			host, _, _ := net.SplitHostPort(r.RemoteAddr)
			return host
		}
		return proxies.Client(peer.Addr(), r.Header.Values(echo.HeaderXForwardedFor)...).String()
	}
}

// sameSite knows the portal's own pages by the host that was asked for, and by
// its public URL: not every proxy asks for the host that browsers ask for.
func sameSite(publicURL string) *http.CrossOriginProtection {
	protection := http.NewCrossOriginProtection()
	if publicURL != "" {
		_ = protection.AddTrustedOrigin(publicURL) // what is no origin was refused at start
	}
	return protection
}

// crossOrigin refuses changes that another site's page asks for. Requests that
// say nothing of where they come from are scripts: their session alone counts.
func crossOrigin(protection *http.CrossOriginProtection) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil {
				return fault.Wrap(fault.Forbidden, err,
					"This was sent from another site. Open the page in the portal and send it from there.")
			}
			return next(c)
		}
	}
}
