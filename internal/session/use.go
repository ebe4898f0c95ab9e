package session

import (
	"context"
	"fmt"
	"net/http"

	"seaportal/internal/clock"
	"seaportal/internal/sealed"
)

const flashKey = "flash"

// User gives the id of who is signed in; ok is false for nobody.
func (s *Store) User(r *http.Request) (id int64, ok bool, err error) {
	session, err := s.Get(r, Cookie)
	if err != nil {
		return 0, false, fmt.Errorf("read session: %w", err)
	}
	id, ok = session.Values[userKey].(int64)
	return id, ok, nil
}

// Mark names the request's session, as long as that lives, for whoever binds
// something to it. It is not the token: who knows it cannot act as the session.
// It is empty for nobody.
func (s *Store) Mark(r *http.Request) (string, error) {
	session, err := s.Get(r, Cookie)
	if err != nil {
		return "", fmt.Errorf("read session: %w", err)
	}
	if session.ID == "" {
		return "", nil
	}
	return sealed.Digest(session.ID), nil
}

// SignIn begins a session for a user under a new token. The session that the
// browser had is revoked.
func (s *Store) SignIn(w http.ResponseWriter, r *http.Request, userID int64, address string) error {
	session, err := s.Get(r, Cookie)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	if session.ID != "" {
		if err := s.store.DeleteSession(r.Context(), sealed.Digest(session.ID)); err != nil {
			return err
		}
	}
	session.ID, session.IsNew = "", true
	session.Values = map[any]any{userKey: userID, addressKey: address}
	return session.Save(r, w)
}

// SignOut revokes the request's session and drops its cookie. Without a
// session it drops the cookie only.
func (s *Store) SignOut(w http.ResponseWriter, r *http.Request) error {
	session, err := s.Get(r, Cookie)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	session.Options.MaxAge = -1
	session.Values = map[any]any{}
	return session.Save(r, w)
}

// SetFlash leaves a sentence for the next page that this person opens.
func (s *Store) SetFlash(w http.ResponseWriter, r *http.Request, text string) error {
	session, err := s.Get(r, Cookie)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	session.Values[flashKey] = text
	return session.Save(r, w)
}

// TakeFlash gives the sentence that was left, once.
func (s *Store) TakeFlash(w http.ResponseWriter, r *http.Request) (string, error) {
	session, err := s.Get(r, Cookie)
	if err != nil {
		return "", fmt.Errorf("read session: %w", err)
	}
	text, ok := session.Values[flashKey].(string)
	if !ok {
		return "", nil
	}
	delete(session.Values, flashKey)
	return text, session.Save(r, w)
}

// Sweep removes sessions that have expired, and tells how many.
func (s *Store) Sweep(ctx context.Context) (int64, error) {
	return s.store.DeleteExpiredSessions(ctx, clock.Real.Now())
}
