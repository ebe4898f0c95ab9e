package news

import (
	"context"
	"log/slog"
	"time"
)

// State is how the reading goes. Err is why it does not, since when; nil where
// it does, or was not tried yet. Answered is when the queue last answered.
type State struct {
	Answered, Since time.Time
	Err             error
}

// State tells how the reading goes.
func (r *Reader) State() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// note records how a round ended, and logs the first of several failures, and
// the end of them.
func (r *Reader) note(ctx context.Context, clean bool, err error) {
	now := time.Now().UTC()
	// What could not be worked on is kept from readers for a while: that nothing
	// comes meanwhile means nothing yet.
	quiet := !clean && now.Sub(r.failed) < 2*r.hidden
	r.mu.Lock()
	before := r.state
	r.state = before.after(err, quiet, now)
	after := r.state
	r.mu.Unlock()
	switch {
	case before.Err == nil && after.Err != nil:
		r.Log.WarnContext(ctx, "news from the queue not worked on, scans go on", slog.String("queue", r.URL), slog.Any("error", err))
	case before.Err != nil && after.Err == nil:
		r.Log.InfoContext(ctx, "news from the queue again", slog.String("queue", r.URL), slog.Duration("after", now.Sub(before.Since)))
	}
}

// after is the state once a round ended with err. A quiet one proves nothing.
func (s State) after(err error, quiet bool, now time.Time) State {
	switch {
	case err != nil && s.Err == nil:
		return State{Answered: s.Answered, Since: now, Err: err}
	case err != nil:
		s.Err = err
	case quiet && s.Err != nil:
		s.Answered = now
	default:
		return State{Answered: now}
	}
	return s
}
