package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"seaportal/internal/path"
)

// Next gives where to go after signing in: a path of this portal, or the
// overview where what was asked for is another site's address, no path, or a
// page of signing in and out itself. Browsers read a backslash as a slash and
// drop tabs and line breaks, so that none of them may stand in it.
func Next(asked string) string {
	u, err := url.Parse(asked)
	switch {
	case err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "":
		return path.Home()
	case !strings.HasPrefix(asked, "/") || strings.HasPrefix(asked, "//") || strings.HasPrefix(u.Path, "//"):
		return path.Home()
	case strings.Contains(asked, `\`) || strings.Contains(u.Path, `\`) || strings.ContainsFunc(u.Path, unicode.IsControl):
		return path.Home()
	case u.Path == path.SignIn() || u.Path == path.SignOut():
		return path.Home()
	}
	return u.RequestURI()
}

// Back gives the page of this portal that a request was sent from, or the
// overview.
func Back(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host {
		return path.Home()
	}
	return Next(from.RequestURI())
}
