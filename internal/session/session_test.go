package session_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"seaportal/internal/session"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
)

// browser keeps the one cookie, as a browser would.
type browser struct {
	t      *testing.T
	cookie *http.Cookie
}

func (b *browser) do(act func(http.ResponseWriter, *http.Request) error) {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("User-Agent", "test \xff"+strings.Repeat("é", 400))
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	if err := act(w, r); err != nil {
		b.t.Fatal(err)
	}
	for _, cookie := range w.Result().Cookies() {
		b.cookie = cookie
	}
}

func (b *browser) signIn(sessions *session.Store, user int64) {
	b.t.Helper()
	b.do(func(w http.ResponseWriter, r *http.Request) error { return sessions.SignIn(w, r, user, "192.0.2.1") })
}

func (b *browser) user(sessions *session.Store) int64 {
	b.t.Helper()
	var user int64
	b.do(func(_ http.ResponseWriter, r *http.Request) error {
		id, ok, err := sessions.User(r)
		if ok != (id != 0) {
			b.t.Errorf("user %d, but ok is %t", id, ok)
		}
		user = id
		return err
	})
	return user
}

func execute(t *testing.T, s *store.Store, query string, args ...any) {
	t.Helper()
	db, err := s.SQL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func TestSessionSurvivesARestart(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := &browser{t: t}
		b.signIn(session.New(s, false), 7)
		if got := b.user(session.New(s, false)); got != 7 {
			t.Errorf("signed in as %d", got)
		}
	})
}

func TestCookieIsGuarded(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	for _, secure := range []bool{true, false} {
		b := &browser{t: t}
		b.signIn(session.New(s, secure), 7)
		c := b.cookie
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure != secure || c.Domain != "" || len(c.Value) < 26 {
			t.Errorf("cookie %+v", c)
		}
	}
}

func TestOnlyTheHashOfTheTokenIsStored(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	b := &browser{t: t}
	b.signIn(session.New(s, false), 7)
	db, err := s.SQL()
	if err != nil {
		t.Fatal(err)
	}
	var row string
	if err := db.QueryRowContext(t.Context(), "SELECT token_hash || hex(data) || user_agent FROM sessions").Scan(&row); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(row, b.cookie.Value) {
		t.Error("the token is in the database")
	}
}

func TestSignInDrawsANewTokenAndRevokesTheOld(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	sessions := session.New(s, false)
	b := &browser{t: t}
	b.signIn(sessions, 7)
	old := *b.cookie
	b.signIn(sessions, 8)
	if b.cookie.Value == old.Value {
		t.Fatal("the token stayed")
	}
	if got := b.user(sessions); got != 8 {
		t.Errorf("signed in as %d", got)
	}
	stale := &browser{t: t, cookie: &old}
	if got := stale.user(sessions); got != 0 {
		t.Errorf("the old cookie is user %d", got)
	}
}

func TestATokenThatTheBrowserBroughtIsNotAdopted(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	sessions := session.New(s, false)
	b := &browser{t: t, cookie: &http.Cookie{Name: session.Cookie, Value: "chosen-by-the-attacker"}}
	if got := b.user(sessions); got != 0 {
		t.Fatalf("a made-up token is user %d", got)
	}
	b.signIn(sessions, 7)
	if b.cookie.Value == "chosen-by-the-attacker" {
		t.Error("the token was adopted")
	}
}

func TestSignOutRevokes(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	sessions := session.New(s, false)
	b := &browser{t: t}
	b.signIn(sessions, 7)
	kept := *b.cookie
	b.do(sessions.SignOut)
	if b.cookie.MaxAge >= 0 || b.cookie.Value != "" {
		t.Errorf("cookie %+v", b.cookie)
	}
	if got := (&browser{t: t, cookie: &kept}).user(sessions); got != 0 {
		t.Errorf("the kept cookie is user %d", got)
	}
	(&browser{t: t}).do(sessions.SignOut) // of nobody: no harm
}

func TestSessionsEndWhenIdleAndAtTheirLifetime(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		created, seen time.Duration // ago
		lives         bool
	}{
		"fresh":           {0, 0, true},
		"used within 12h": {20 * time.Hour, 11 * time.Hour, true},
		"idle for 12h":    {20 * time.Hour, 12*time.Hour + time.Minute, false},
		"in its last day": {6*24*time.Hour + 20*time.Hour, time.Hour, true},
		"a week old":      {7*24*time.Hour + time.Minute, time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.Open(t)
			sessions := session.New(s, false)
			b := &browser{t: t}
			b.signIn(sessions, 7)
			now := time.Now().UTC()
			created, seen := now.Add(-test.created), now.Add(-test.seen)
			expires := seen.Add(12 * time.Hour)
			if last := created.AddDate(0, 0, 7); last.Before(expires) {
				expires = last
			}
			execute(t, s, "UPDATE sessions SET created_at = ?, last_seen_at = ?, expires_at = ?", created, seen, expires)
			if got := b.user(sessions); (got == 7) != test.lives {
				t.Errorf("user %d", got)
			}
			if got := b.user(sessions); (got == 7) != test.lives { // after the touch
				t.Errorf("then user %d", got)
			}
			if swept, err := sessions.Sweep(t.Context()); err != nil || (swept == 0) != test.lives {
				t.Errorf("swept %d, %v", swept, err)
			}
		})
	}
}

func TestReadingTouchesAtMostOnceAMinute(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	sessions := session.New(s, false)
	b := &browser{t: t}
	b.signIn(sessions, 7)
	old := time.Now().UTC().Add(-2 * time.Hour).Truncate(time.Second)
	execute(t, s, "UPDATE sessions SET last_seen_at = ?", old)
	db, err := s.SQL()
	if err != nil {
		t.Fatal(err)
	}
	seen := func() (at time.Time) {
		if err := db.QueryRowContext(t.Context(), "SELECT last_seen_at FROM sessions").Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	b.user(sessions)
	first := seen()
	if time.Since(first) > time.Minute {
		t.Fatalf("not touched: %s", first)
	}
	b.user(sessions)
	if second := seen(); !second.Equal(first) {
		t.Errorf("touched again at %s", second)
	}
}

func TestFlashIsSaidOnce(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	sessions := session.New(s, false)
	b := &browser{t: t}
	b.signIn(sessions, 7)
	b.do(func(w http.ResponseWriter, r *http.Request) error { return sessions.SetFlash(w, r, "Done.") })
	for _, want := range []string{"Done.", ""} {
		b.do(func(w http.ResponseWriter, r *http.Request) error {
			got, err := sessions.TakeFlash(w, r)
			if got != want {
				t.Errorf("said %q, want %q", got, want)
			}
			return err
		})
	}
	if got := b.user(sessions); got != 7 {
		t.Errorf("then user %d", got)
	}
}

func TestAFullDiskEndsNoSession(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	sessions := session.New(s, false)
	b := &browser{t: t}
	b.signIn(sessions, 7)
	execute(t, s, "UPDATE sessions SET last_seen_at = ?", time.Now().UTC().Add(-2*time.Hour))
	execute(t, s, "PRAGMA query_only = 1")
	if got := b.user(sessions); got != 7 {
		t.Errorf("signed in as %d", got)
	}
	b.do(func(w http.ResponseWriter, r *http.Request) error { return sessions.SetFlash(w, r, "Done.") })
}
