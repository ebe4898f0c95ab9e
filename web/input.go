package web

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
)

// cleanInput makes all text that a request carries valid UTF-8 without NUL:
// databases take no other, and nobody can type it. A path that is not such a
// text names nothing.
func cleanInput(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if !clean(r.URL.Path) {
			return echo.ErrNotFound
		}
		query, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
		}
		wash(query)
		r.URL.RawQuery = query.Encode()
		if r.Method == http.MethodPost {
			form, err := c.FormParams()
			if err != nil {
				return badForm(err)
			}
			wash(form)
		}
		return next(c)
	}
}

func clean(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

func wash(values url.Values) {
	for _, all := range values {
		for i, text := range all {
			if !clean(text) {
				all[i] = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
			}
		}
	}
}

func badForm(err error) error {
	var known *echo.HTTPError // the body limit speaks through the reader
	if asHTTPError(err, &known) {
		return known
	}
	return fault.Wrap(fault.Invalid, err, "The form could not be read. Open the page again and send it once more.")
}
