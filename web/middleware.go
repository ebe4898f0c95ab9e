package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"seaportal/internal/path"
)

// bodyLimit is far more than any form of the portal holds.
const bodyLimit = "1M"

// policy lets a page load what the portal itself serves and nothing else: no
// inline script or style, no frame, no other site.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// identify gives each request an id, which people see when something fails. An
// id that the client sends is not taken over: it would be written to the log.
func identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		text := rand.Text()
		c.Response().Header().Set(echo.HeaderXRequestID, text[:4]+"-"+text[4:8])
		return next(c)
	}
}

func requestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

// logAccess writes a line for each request: reads for debugging, changes and
// refusals always. Query strings are left out, and so is a path that is itself
// a secret, as those of share links are.
func logAccess(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			begin := time.Now()
			if err := next(c); err != nil {
				c.Error(err) // answers now, so that the status is known below
			}
			r, level := c.Request(), slog.LevelInfo
			read := r.Method == http.MethodGet || r.Method == http.MethodHead
			if read && c.Response().Status < http.StatusBadRequest {
				level = slog.LevelDebug
			}
			log.LogAttrs(r.Context(), level, "request",
				slog.String("request_id", requestID(c)), slog.String("method", r.Method), slog.String("path", safePath(c)),
				slog.Int("status", c.Response().Status), slog.Int64("bytes", c.Response().Size),
				slog.Duration("took", time.Since(begin)), slog.String("address", c.RealIP()), slog.String("actor", actorName(c)))
			return nil
		}
	}
}

// maxPath is how much of a path is logged, in bytes: whoever knows no page of
// the portal may still ask for long ones.
const maxPath = 300

// safePath is a request's path as far as it may be logged. What follows the
// beginning of a share link or of a set-up link is a secret, also where it was
// mistyped and leads nowhere.
func safePath(c echo.Context) string {
	text := "/" + strings.TrimLeft(c.Request().URL.Path, "/")
	for _, begin := range []string{path.Shared(""), path.SetUp("")} {
		if len(text) >= len(begin) && strings.EqualFold(text[:len(begin)], begin) {
			return begin + ":token"
		}
	}
	return text[:min(len(text), maxPath)]
}

// strictFor is how long browsers refuse anything but TLS for the host, in
// seconds: two years, counted anew at each answer. Names below it are left
// alone: they may be somebody else's.
const strictFor = "63072000"

// secureHeaders sets what holds for every answer. A handler may be stricter.
func secureHeaders(strict bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("X-Frame-Options", "DENY")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
			h.Set("Cache-Control", "private, no-cache")
			if strict {
				h.Set("Strict-Transport-Security", "max-age="+strictFor)
			}
			return next(c)
		}
	}
}

// panicked is a panic as an error: problem.go logs it with its stack.
type panicked struct {
	value any
	stack []byte
}

// Error gives the panic's value.
func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// recovered makes an error of a panic, so that one request fails and not the
// portal.
func recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			value := recover()
			if value == nil {
				return
			}
			if cause, ok := value.(error); ok && errors.Is(cause, http.ErrAbortHandler) {
				err = cause
				return
			}
			err = &panicked{value: value, stack: debug.Stack()}
		}()
		return next(c)
	}
}

// brokenOff marks a request whose answer has to end without being complete.
const brokenOff = "broken-off"

// breakOff ends the connection of an answer that was begun and cannot be
// completed: no client may take what it got for the whole. A panic with
// http.ErrAbortHandler is the server's own way to be told.
func breakOff(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		if c.Get(brokenOff) != nil {
			panic(http.ErrAbortHandler) //nolint:forbidigo // http.ErrAbortHandler is how the server is told to abort an answer
		}
		return err
	}
}
