package session_test

import (
	"net/http"
	"testing"

	"seaportal/internal/session"
	"seaportal/internal/store/storetest"
)

func TestMarkNamesOneSessionAndIsNotItsToken(t *testing.T) {
	t.Parallel()
	sessions := session.New(storetest.Open(t), false)
	mark := func(b *browser) (mark string) {
		b.do(func(_ http.ResponseWriter, r *http.Request) (err error) {
			mark, err = sessions.Mark(r)
			return err
		})
		return mark
	}
	one, other, nobody := &browser{t: t}, &browser{t: t}, &browser{t: t}
	one.signIn(sessions, 1)
	other.signIn(sessions, 1)
	first := mark(one)
	if first == "" || first != mark(one) || first == mark(other) || first == one.cookie.Value {
		t.Errorf("the mark %q is none, changes, is another session's or is the token", first)
	}
	if got := mark(nobody); got != "" {
		t.Errorf("nobody has the mark %q", got)
	}
	one.signIn(sessions, 1)
	if mark(one) == first {
		t.Error("a new session has the old one's mark")
	}
}
