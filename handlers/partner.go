package handlers

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/link"
	"seaportal/views"
	"seaportal/views/layout"
)

// Partner is what a share link leads to, for people without an account. The
// link is the permission: these pages are kept from caches, and from the sites
// that they lead to.
type Partner struct {
	frame
	links *link.Service
	// storage are the sources that the download button may be redirected to.
	storage string
}

// formTargets gives the places that S3 answers at, as a Content-Security-Policy
// names them: browsers hold the redirect after a form against form-action. The
// second is for buckets that are part of the host name.
func formTargets(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return ""
	}
	targets := " " + u.Scheme + "://" + u.Host
	if net.ParseIP(u.Hostname()) == nil {
		targets += " " + u.Scheme + "://*." + u.Host
	}
	return targets
}

// Show offers the file. Programs that open every link use nothing up.
func (h *Partner) Show(c echo.Context) error {
	return h.offer(c, http.StatusOK, "")
}

func (h *Partner) offer(c echo.Context, status int, problem string) error {
	h.guard(c)
	file, err := h.links.Open(c.Request().Context(), c.Param("token"))
	if gone(err) {
		return render(c, http.StatusNotFound, views.PartnerGone(h.stranger(c)))
	}
	if err != nil {
		return err
	}
	in := views.PartnerShowProps{
		Token: c.Param("token"), Name: file.Name, Size: file.Size, Checksum: checksum(file.Checksum),
		Expires: file.ExpiresAt, Left: left(file), HasPIN: file.HasPIN, Problem: problem,
	}
	return render(c, status, views.PartnerShow(h.stranger(c), in))
}

// stranger is the page for whoever has the link: also who is signed in sees
// what the partner sees.
func (h *Partner) stranger(c echo.Context) layout.Page {
	p := h.page(c)
	p.Actor, p.May, p.Warnings = layout.Actor{}, layout.Permissions{}, nil
	return p
}

func (h *Partner) guard(c echo.Context) {
	header := c.Response().Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Robots-Tag", "noindex")
	policy := header.Get("Content-Security-Policy")
	header.Set("Content-Security-Policy", strings.Replace(policy, "form-action 'self'", "form-action 'self'"+h.storage, 1))
}

func gone(err error) bool { return fault.Is(err, fault.NotFound) }

// Redeem redirects to the file's bytes, and counts one download.
func (h *Partner) Redeem(c echo.Context) error {
	h.guard(c)
	to, err := h.links.Redeem(c.Request().Context(), c.Param("token"), c.FormValue("pin"), c.RealIP())
	switch {
	case gone(err):
		return render(c, http.StatusNotFound, views.PartnerGone(h.stranger(c)))
	case fault.Is(err, fault.Invalid):
		return h.offer(c, http.StatusUnprocessableEntity, fault.Fields(err)["pin"])
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, to)
}
