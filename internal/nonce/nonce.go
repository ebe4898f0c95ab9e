// Package nonce owns the single-use numbers of forms whose answer is shown only
// once: what such a form asks for is done once, however often it is sent. It
// refuses to say what a person is told of that: its callers know what the form
// was for.
package nonce

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

var (
	// ErrUsed says that the form was sent before, be it by a double click or by
	// reloading the page that answered it.
	ErrUsed = errors.New("the nonce was used before")
	// ErrUnfit says that a nonce is too old, belongs to another form, or was never
	// given out.
	ErrUnfit = errors.New("the nonce is too old or of another form")
)

// Form is which form a nonce is for. Another user, unit or purpose cannot use it.
type Form struct {
	UserID, UnitID int64
	Purpose        string
}

// Issue gives a number for one form that is opened now and good for life. Only
// its hash is kept.
func Issue(ctx context.Context, s *store.Store, form Form, life time.Duration) (string, error) {
	text, opened := rand.Text(), clock.Real.Now()
	return text, s.InsertNonce(ctx, models.Nonce{
		Hash: sealed.Digest(text), Purpose: form.Purpose, UserID: form.UserID, UnitID: form.UnitID,
		CreatedAt: opened, ExpiresAt: opened.Add(life),
	})
}

// Spend takes a form's number inside the transaction of what the form asks for,
// and tells when the form was opened. It fails with ErrUsed or ErrUnfit.
func Spend(ctx context.Context, tx *store.Store, text string, form Form) (opened time.Time, err error) {
	found, err := tx.Nonce(ctx, sealed.Digest(text))
	if fault.Is(err, fault.NotFound) {
		return time.Time{}, ErrUnfit
	}
	if err != nil {
		return time.Time{}, err
	}
	if form != (Form{found.UserID, found.UnitID, found.Purpose}) {
		return time.Time{}, ErrUnfit
	}
	if found.UsedAt != nil {
		return time.Time{}, ErrUsed
	}
	now := clock.Real.Now()
	if !now.Before(found.ExpiresAt) {
		return time.Time{}, ErrUnfit
	}
	err = tx.UseNonce(ctx, found.Hash, now)
	if errors.Is(err, store.ErrStale) {
		return time.Time{}, ErrUsed
	}
	return found.CreatedAt, err
}
