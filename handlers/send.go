package handlers

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/link"
)

const (
	// beat is how often a transfer is noted as alive, and asked whether it may go
	// on.
	beat = 2 * time.Second
	// stall is how long one write may wait for the other side.
	stall = 30 * time.Second
)

// sandbox keeps a file that a browser opens in spite of everything from running
// scripts in the portal's name.
const sandbox = "sandbox; default-src 'none'; frame-ancestors 'none'"

// send answers with the bytes of a delivery: a file with ranges, or a ZIP. It
// may take as long as it takes: only a side that stands still ends it. An answer
// that cannot be completed is broken off, so that no client takes it for whole.
func send(c echo.Context, d *link.Delivery) error {
	before := c.Response().Header().Clone()
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, d.Type)
	header.Set(echo.HeaderContentDisposition, d.Disposition)
	header.Set("Content-Security-Policy", sandbox)
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Accel-Buffering", "no") // a proxy that takes all at once would make every download complete
	if c.Request().Method == http.MethodHead && d.IsZIP() {
		return c.NoContent(http.StatusOK)
	}
	out := &sender{ResponseWriter: c.Response(), ctl: http.NewResponseController(c.Response()), ctx: c.Request().Context(), d: d, expect: -1}
	err := out.send(c.Request())
	if err == nil {
		return nil
	}
	err = errors.Join(err, d.Break(out.ctx, out.sent-out.told, out.sent))
	if !c.Response().Committed {
		clear(header)
		maps.Copy(header, before)
		return err
	}
	if out.ctx.Err() != nil { // the client left: nobody is there to break off with
		return out.ctx.Err()
	}
	return errors.Join(err, http.ErrAbortHandler)
}

// sender is the answer's writer: it notes what was sent, and counts a download
// as complete just before the file's last bytes leave. A file in ranges is
// counted no later than that: else its halves could be had with two tickets,
// and no ticket would ever count.
type sender struct {
	http.ResponseWriter
	ctl *http.ResponseController
	ctx context.Context //nolint:containedctx // io.Writer has no place for it
	d   *link.Delivery

	expect     int64 // bytes of this answer's body; -1: not known
	toEnd      bool  // the file's last byte is among them
	sent, told int64 // bytes; told is what the delivery knows of
	last       time.Time
	failed     error
}

func (s *sender) send(r *http.Request) error {
	if s.d.IsZIP() {
		s.expect = -1
		return s.d.WriteZIP(s.ctx, s, s.alive)
	}
	content := s.d.Content(s.ctx)
	defer func() { _ = content.Close() }() // it was read only
	if r.Method == http.MethodGet && r.Header.Get("Range") == "" {
		if err := content.Open(); err != nil {
			return unreadable(err)
		}
	}
	if s.d.Tag != "" {
		s.Header().Set("ETag", s.d.Tag)
	}
	http.ServeContent(s, r, "", s.d.Modified, content)
	if r.Method == http.MethodHead || s.failed != nil {
		return s.failed
	}
	if err := content.Err(); err != nil {
		return err
	}
	if s.d.Size == 0 && s.sent == 0 {
		return s.d.Finish(s.ctx, nil)
	}
	return s.d.Leave(s.ctx)
}

// unreadable is what a person learns of a file that S3 does not give now.
func unreadable(err error) error {
	if link.IsGone(err) {
		return fault.Wrap(fault.NotFound, err, "This file has just left SEA.")
	}
	return fault.Wrap(fault.Unavailable, err, "The storage did not do its part, so the file cannot be fetched now. Try again in a minute.")
}

// WriteHeader learns how long the body of this answer is, and whether it ends as
// the file does. Of an answer in several parts nobody knows: it counts as if.
func (s *sender) WriteHeader(status int) {
	if status == http.StatusOK || status == http.StatusPartialContent {
		span := s.Header().Get("Content-Range")
		s.toEnd = span == "" || strings.Contains(span, "-"+strconv.FormatInt(s.d.Size-1, 10)+"/")
		if status == http.StatusPartialContent {
			s.d.From(begin(span))
		}
		if n, err := strconv.ParseInt(s.Header().Get("Content-Length"), 10, 64); err == nil {
			s.expect = n
		}
	}
	s.ResponseWriter.WriteHeader(status)
}

// begin is where in the file a range begins (RFC 9110, section 14.4), -1 for an
// answer in several parts, which names none.
func begin(contentRange string) int64 {
	from, _, _ := strings.Cut(strings.TrimPrefix(contentRange, "bytes "), "-")
	offset, err := strconv.ParseInt(from, 10, 64)
	if err != nil {
		return -1
	}
	return offset
}

// Write sends a part.
func (s *sender) Write(p []byte) (int, error) {
	if s.failed != nil {
		return 0, s.failed
	}
	if s.failed = s.before(int64(len(p))); s.failed != nil {
		return 0, s.failed
	}
	n, err := s.ResponseWriter.Write(p)
	s.sent += int64(n)
	s.failed = err
	return n, err
}

// before does what comes before so many bytes are sent.
func (s *sender) before(n int64) error {
	at := clock.Real.Now()
	if s.expect >= 0 && s.sent+n >= s.expect { // the last bytes of this answer
		done, err := s.tell(at, s.sent+n)
		if err == nil && (done || s.toEnd) {
			err = s.d.Finish(s.ctx, nil)
		}
		if err != nil {
			return err
		}
	} else if at.Sub(s.last) >= beat {
		if _, err := s.tell(at, s.sent); err != nil {
			return err
		}
	}
	err := s.ctl.SetWriteDeadline(at.Add(stall))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

func (s *sender) tell(at time.Time, sent int64) (bool, error) {
	done, err := s.d.Keep(s.ctx, sent-s.told)
	if err == nil {
		s.told, s.last = sent, at
	}
	return done, err
}

// alive is asked between the files of a ZIP.
func (s *sender) alive() error {
	if at := clock.Real.Now(); at.Sub(s.last) >= beat/2 {
		_, err := s.tell(at, s.sent)
		return err
	}
	return nil
}
