// Package session owns who is signed in: browser sessions as rows of the
// database, behind gorilla/sessions. The cookie carries a random token and the
// row its SHA-256, so neither a copy of the database nor a guess opens a
// session; a token is drawn at each sign-in, and what the browser brought
// before is never adopted. Nobody has a session without having signed in. It
// refuses to hold secrets: a session's values are the next page's message.
package session

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// Cookie is the name of the session cookie.
const Cookie = "sea_session"

const (
	// idle is how long a session lives unused, lifetime how long at most.
	idle     = 12 * time.Hour
	lifetime = 7 * 24 * time.Hour
	// touchEvery bounds the writes that reading pages causes.
	touchEvery   = time.Minute
	maxUserAgent = 300 // bytes
)

// userKey and addressKey are the values that SignIn hands to Save; they become
// columns.
type valueKey int

const (
	userKey valueKey = iota
	addressKey
)

// Store is a gorilla sessions.Store over the database.
type Store struct {
	store  *store.Store
	secure bool
	encode securecookie.GobEncoder
}

var _ sessions.Store = (*Store)(nil)

// New makes the store. Secure says that browsers reach the portal by TLS only.
func New(s *store.Store, secure bool) *Store { return &Store{store: s, secure: secure} }

// Get gives the request's session, read once a request.
func (s *Store) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New reads the session that the cookie names, and moves its idle expiry. A
// cookie that names none, or one that has expired or was revoked, gives a new
// session, whose ID is empty.
func (s *Store) New(r *http.Request, name string) (*sessions.Session, error) {
	session := s.blank(name)
	cookie, err := r.Cookie(name)
	if err != nil { // http.ErrNoCookie and nothing else
		return session, nil //nolint:nilerr // see above
	}
	now := clock.Real.Now()
	row, err := s.store.LiveSession(r.Context(), sealed.Digest(cookie.Value), now)
	if fault.Is(err, fault.NotFound) {
		return session, nil
	}
	if err != nil {
		return session, err
	}
	if len(row.Data) > 0 {
		if err := s.encode.Deserialize(row.Data, &session.Values); err != nil {
			return s.blank(name), fmt.Errorf("read values of session %d: %w", row.ID, err)
		}
	}
	session.ID, session.IsNew = cookie.Value, false
	session.Values[userKey] = row.UserID
	return session, s.touch(r, row, now)
}

func (s *Store) blank(name string) *sessions.Session {
	session := sessions.NewSession(s, name)
	session.IsNew = true
	session.Options = &sessions.Options{
		Path: "/", MaxAge: int(lifetime / time.Second), Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	return session
}

func (s *Store) touch(r *http.Request, row models.Session, now time.Time) error {
	if now.Sub(row.LastSeenAt) < touchEvery {
		return nil
	}
	return unlessFull(s.store.TouchSession(r.Context(), row.ID, now, expiry(row.CreatedAt, now)))
}

// unlessFull forgives a full disk. Whoever is signed in must get to the pages
// that say so, and neither a later expiry nor a message is worth a page.
func unlessFull(err error) error {
	if fault.Is(err, fault.Full) {
		return nil
	}
	return err
}

func expiry(created, now time.Time) time.Time {
	expires := now.Add(idle)
	if last := created.Add(lifetime); last.Before(expires) {
		return last
	}
	return expires
}

// Save writes a session's values. A negative MaxAge revokes the row and drops
// the cookie; a session that nobody signed in to is not kept.
func (s *Store) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options.MaxAge < 0 {
		if err := s.store.DeleteSession(r.Context(), sealed.Digest(session.ID)); err != nil {
			return err
		}
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		return nil
	}
	data, err := s.data(session)
	if err != nil {
		return err
	}
	if session.ID != "" {
		return unlessFull(s.store.SaveSessionData(r.Context(), sealed.Digest(session.ID), data))
	}
	return s.create(r, w, session, data)
}

func (s *Store) data(session *sessions.Session) ([]byte, error) {
	values := map[any]any{}
	for key, value := range session.Values {
		if _, column := key.(valueKey); !column {
			values[key] = value
		}
	}
	data, err := s.encode.Serialize(values)
	if err != nil {
		return nil, fmt.Errorf("encode session: %w", err)
	}
	return data, nil
}

func (s *Store) create(r *http.Request, w http.ResponseWriter, session *sessions.Session, data []byte) error {
	userID, ok := session.Values[userKey].(int64)
	if !ok {
		return nil
	}
	address, _ := session.Values[addressKey].(string)
	token, now := rand.Text()+rand.Text(), clock.Real.Now()
	row := models.Session{
		TokenHash: sealed.Digest(token), UserID: userID, Data: data, Address: address, UserAgent: agent(r),
		CreatedAt: now, LastSeenAt: now, ExpiresAt: expiry(now, now),
	}
	if err := s.store.CreateSession(r.Context(), &row); err != nil {
		return err
	}
	session.ID, session.IsNew = token, false
	http.SetCookie(w, sessions.NewCookie(session.Name(), token, session.Options))
	return nil
}

func agent(r *http.Request) string {
	text := r.UserAgent()
	return strings.ToValidUTF8(text[:min(len(text), maxUserAgent)], "")
}
