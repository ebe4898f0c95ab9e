package handlers

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/limit"
	"seaportal/internal/link"
	"seaportal/internal/path"
	"seaportal/internal/sealed"
	"seaportal/views"
	"seaportal/views/layout"
)

// Partner is what a share link leads to, for people without an account. The
// link is the permission: these pages set no cookie, and are kept from caches
// and from the sites that they lead to.
type Partner struct {
	frame
	links  *link.Service
	origin origin
	// targets are the sources that the download button may be redirected to.
	targets string
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

// Show offers the files. Programs that open every link use nothing up.
func (h *Partner) Show(c echo.Context) error {
	return h.offer(c, http.StatusOK, "", "")
}

// offer shows what the link leads to, with why the last try failed: beside the
// PIN, or above everything.
func (h *Partner) offer(c echo.Context, status int, badPIN, problem string) error {
	h.guard(c)
	view, err := h.links.Open(c.Request().Context(), c.Param("token"))
	if err != nil {
		return h.refuse(c, err)
	}
	in := views.PartnerShowProps{
		Token: c.Param("token"), Several: view.Several, Missing: view.Missing, Expires: view.ExpiresAt,
		HasPIN: view.HasPIN, BadPIN: badPIN, Problem: problem, MaxDownloads: view.MaxDownloads,
	}
	for _, file := range view.Files {
		if !file.Used {
			in.Bytes += file.Size
		}
		in.Files = append(in.Files, views.PartnerFile{
			Position: file.Position, Name: file.Name, Size: file.Size, Checksum: checksum(file.Checksum),
			Left: file.Left, Fetched: file.Fetched, Used: file.Used,
		})
	}
	return render(c, status, views.PartnerShow(h.stranger(c), in))
}

// refuse answers a link that leads nowhere: in one way, whatever the reason.
// Only who failed too often is told so.
func (h *Partner) refuse(c echo.Context, err error) error {
	switch {
	case fault.Is(err, fault.NotFound):
		return render(c, http.StatusNotFound, views.PartnerGone(h.stranger(c)))
	case fault.Is(err, fault.TooMany):
		var reached *limit.Reached
		if errors.As(err, &reached) {
			c.Response().Header().Set("Retry-After", strconv.FormatInt(reached.Seconds(), 10))
		}
		return render(c, http.StatusTooManyRequests, views.PartnerLocked(h.stranger(c), fault.Message(err)))
	}
	return err
}

// stranger is the page for whoever has the link: also who is signed in sees
// what the partner sees.
func (h *Partner) stranger(c echo.Context) layout.Page {
	p := h.page(c)
	p.Actor, p.May, p.Warnings = layout.Actor{}, layout.Permissions{}, nil
	return p
}

func (h *Partner) guard(c echo.Context) {
	unkept(c)
	header := c.Response().Header()
	header.Set("X-Robots-Tag", "noindex")
	policy := header.Get("Content-Security-Policy")
	header.Set("Content-Security-Policy", strings.Replace(policy, "form-action 'self'", "form-action 'self'"+h.targets, 1))
}

// Redeem redirects to the bytes of the file at the position that is sent as
// file, or without one to those of all files.
func (h *Partner) Redeem(c echo.Context) error {
	h.guard(c)
	pin := strings.TrimSpace(c.FormValue("pin")) // as it was when the link was made: a PIN is copied with what stands around it
	wish := link.Wish{PIN: sealed.NewPlain(pin), Address: c.RealIP()}
	if text := c.FormValue("file"); text != "" {
		n, ok := number(text)
		if !ok || n > link.MaxFiles {
			return h.refuse(c, unknown())
		}
		wish.Position = int(n)
	}
	token := c.Param("token")
	way, err := h.links.Redeem(c.Request().Context(), token, wish)
	switch {
	case fault.Is(err, fault.Invalid):
		return h.offer(c, http.StatusUnprocessableEntity, fault.Fields(err)["pin"], "")
	case fault.Is(err, fault.Conflict):
		return h.offer(c, http.StatusConflict, "", fault.Message(err))
	case err != nil:
		return h.refuse(c, err)
	}
	to := way.URL
	if to == "" {
		to = h.origin.absolute(c, path.SharedDownload(token, way.Ticket.Reveal()))
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// Fetch sends what a ticket is for. HEAD only tells what that is.
func (h *Partner) Fetch(c echo.Context) error {
	h.guard(c)
	d, err := h.links.Begin(c.Request().Context(), c.Param("token"), c.Param("ticket"), c.Request().Method == http.MethodHead)
	if fault.Is(err, fault.Conflict) {
		return h.offer(c, http.StatusConflict, "", fault.Message(err))
	}
	if err == nil {
		err = send(c, d)
	}
	if err != nil && !c.Response().Committed {
		return h.refuse(c, err)
	}
	return err
}
