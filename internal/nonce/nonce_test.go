package nonce_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"seaportal/internal/nonce"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
)

var form = nonce.Form{UserID: 1, UnitID: 2, Purpose: "a.purpose"}

func TestANonceIsOfOneForm(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		text := issue(t, s, time.Hour)
		for name, wrong := range map[string]nonce.Form{
			"another user":    {UserID: 3, UnitID: form.UnitID, Purpose: form.Purpose},
			"another unit":    {UserID: form.UserID, UnitID: 3, Purpose: form.Purpose},
			"another purpose": {UserID: form.UserID, UnitID: form.UnitID, Purpose: "another.purpose"},
		} {
			if _, err := spend(t, s, text, wrong); !errors.Is(err, nonce.ErrUnfit) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, madeUp := range []string{"", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} {
			if _, err := spend(t, s, madeUp, form); !errors.Is(err, nonce.ErrUnfit) {
				t.Errorf("%q: %v", madeUp, err)
			}
		}
		if opened, err := spend(t, s, text, form); err != nil || time.Since(opened) > time.Hour {
			t.Errorf("its own: opened %s, %v", opened, err)
		}
		if _, err := spend(t, s, text, form); !errors.Is(err, nonce.ErrUsed) {
			t.Errorf("again: %v", err)
		}
	})
}

func TestANonceEnds(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	if _, err := spend(t, s, issue(t, s, 0), form); !errors.Is(err, nonce.ErrUnfit) {
		t.Errorf("one that is good for no time: %v", err)
	}
}

func TestOfManyAtOnceOneIsServed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		text := issue(t, s, time.Hour)
		const senders = 16
		var failed [senders]error
		var all sync.WaitGroup
		for i := range senders {
			all.Go(func() { _, failed[i] = spend(t, s, text, form) })
		}
		all.Wait()
		served := 0
		for _, err := range failed {
			switch {
			case err == nil:
				served++
			case !errors.Is(err, nonce.ErrUsed):
				t.Error(err)
			}
		}
		if served != 1 {
			t.Errorf("%d of %d were served", served, senders)
		}
	})
}

func issue(t *testing.T, s *store.Store, life time.Duration) string {
	t.Helper()
	text, err := nonce.Issue(t.Context(), s, form, life)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func spend(t *testing.T, s *store.Store, text string, form nonce.Form) (opened time.Time, err error) {
	t.Helper()
	err = s.Tx(t.Context(), func(tx *store.Store) error {
		opened, err = nonce.Spend(t.Context(), tx, text, form)
		return err
	})
	return opened, err
}
