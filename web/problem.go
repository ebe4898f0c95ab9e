package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seaportal/handlers"
	"seaportal/internal/fault"
	"seaportal/internal/limit"
	"seaportal/internal/path"
)

// problems is the one place that turns errors into answers. What a page says
// comes from a fault's message or from here; the cause goes to the log.
type problems struct {
	log  *slog.Logger
	page *handlers.Problems
}

const notFound = "This page does not exist, or you may not see it."

// answer is echo's error handler.
func (p problems) answer(err error, c echo.Context) {
	if errors.Is(err, http.ErrAbortHandler) {
		c.Set(brokenOff, true)
		p.log.WarnContext(c.Request().Context(), "answer broken off", slog.String("request_id", requestID(c)), slog.String("error", err.Error()))
		return
	}
	if c.Response().Committed {
		return
	}
	r := c.Request()
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		c.Response().Status = statusClientGone
		return
	}
	status, problem := describe(err)
	if status == http.StatusUnauthorized {
		err = signInFirst(c)
	} else {
		if status >= http.StatusInternalServerError {
			p.report(c, err, status)
			problem.Reference = requestID(c)
		}
		problem.Back = handlers.Back(r)
		retryAfter(c, err)
		err = p.page.Show(c, status, problem)
	}
	if err != nil {
		p.log.ErrorContext(r.Context(), "problem page not sent",
			slog.String("request_id", requestID(c)), slog.String("error", err.Error()))
		c.Response().WriteHeader(http.StatusInternalServerError)
	}
}

// statusClientGone is what the log says of a request whose client hung up.
const statusClientGone = 499

// describe gives the status and the words for an error.
func describe(err error) (int, handlers.Problem) {
	var known *echo.HTTPError
	if asHTTPError(err, &known) {
		return describeHTTP(known.Code)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return http.StatusServiceUnavailable, handlers.Problem{
			Title: "This took too long", Message: "The request was given up. Try again in a moment.",
		}
	}
	status, title := kind(fault.KindOf(err))
	return status, handlers.Problem{Title: title, Message: message(err)}
}

// message is what a person may see of an error, with the complaints about the
// fields of a form that has no page of its own.
func message(err error) string {
	text := fault.Message(err)
	var bad *fault.Error
	if errors.As(err, &bad) {
		for _, field := range bad.Fields {
			text += " " + field.Msg
		}
	}
	return text
}

func kind(k fault.Kind) (int, string) {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity, "This cannot be done so"
	case fault.Unauthenticated:
		return http.StatusUnauthorized, "Sign in"
	case fault.Forbidden:
		return http.StatusForbidden, "Not allowed"
	case fault.NotFound:
		return http.StatusNotFound, "Not found"
	case fault.Conflict:
		return http.StatusConflict, "Somebody was first"
	case fault.TooMany:
		return http.StatusTooManyRequests, "Too many attempts"
	case fault.Unavailable:
		return http.StatusBadGateway, "The object store did not do its part"
	case fault.Full:
		return http.StatusInsufficientStorage, "The disk is full"
	case fault.Internal:
	}
	return http.StatusInternalServerError, "Something failed"
}

func describeHTTP(code int) (int, handlers.Problem) {
	switch code {
	case http.StatusNotFound:
		return code, handlers.Problem{Title: "Not found", Message: notFound}
	case http.StatusMethodNotAllowed:
		return code, handlers.Problem{Title: "Not possible here", Message: "This address does not take such a request."}
	case http.StatusRequestEntityTooLarge:
		return code, handlers.Problem{Title: "Too large", Message: "The form is too large. Send less at once."}
	}
	if code >= http.StatusBadRequest && code < http.StatusInternalServerError {
		return code, handlers.Problem{Title: "Not understood", Message: "The request could not be read. Open the page again."}
	}
	return http.StatusInternalServerError, handlers.Problem{Title: "Something failed", Message: fault.Message(nil)}
}

func asHTTPError(err error, known **echo.HTTPError) bool { return errors.As(err, known) }

// signInFirst sends a person to the sign-in page and lets them come back. To
// htmx it says so in a header, since it would put that page into the part.
func signInFirst(c echo.Context) error {
	to, next := path.SignIn(), handlers.Next(c.Request().URL.RequestURI())
	if c.Request().Method == http.MethodPost {
		next = handlers.Back(c.Request())
	}
	if next != path.Home() {
		to = path.SignInThen(next)
	}
	if c.Request().Header.Get("HX-Request") == "true" {
		c.Response().Header().Set("HX-Redirect", to)
		return c.NoContent(http.StatusUnauthorized)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

func retryAfter(c echo.Context, err error) {
	var limited *limit.Reached
	if errors.As(err, &limited) {
		c.Response().Header().Set("Retry-After", strconv.FormatInt(limited.Seconds(), 10))
	}
}

// report logs a failure once, with the id that its page shows.
func (p problems) report(c echo.Context, err error, status int) {
	attrs := []slog.Attr{
		slog.String("request_id", requestID(c)), slog.Int("status", status),
		slog.String("method", c.Request().Method), slog.String("route", c.Path()),
		slog.String("actor", actorName(c)), slog.String("error", err.Error()),
	}
	var stack *panicked
	if errors.As(err, &stack) {
		attrs = append(attrs, slog.String("stack", string(stack.stack)))
	}
	p.log.LogAttrs(c.Request().Context(), slog.LevelError, "request failed", attrs...)
}
