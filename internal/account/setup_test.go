package account_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func TestSetUpLinkMakesOneAdministrator(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		accounts := service(t, s)
		if needed, err := accounts.SetUpNeeded(t.Context()); !needed || err != nil {
			t.Fatalf("needed %t, %v", needed, err)
		}
		old, err := accounts.SetUpLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		token, err := accounts.SetUpLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range []string{"", "x", old} {
			if _, err := accounts.SetUp(t.Context(), wrong, email, "", password, address); fault.KindOf(err) != fault.NotFound {
				t.Errorf("link %q gives %v", wrong, err)
			}
		}
		if _, err := accounts.SetUp(t.Context(), token, email, "", "short", address); fault.Fields(err)["password"] == "" {
			t.Errorf("a short password gives %v", err)
		}
		user, err := accounts.SetUp(t.Context(), token, email, "", password, address)
		if err != nil || user.Role != models.RoleAdministrator || user.ID == 0 {
			t.Fatalf("made %+v, %v", user, err)
		}
		if _, err := accounts.SetUp(t.Context(), token, "eve@example.com", "", password, address); fault.KindOf(err) != fault.NotFound {
			t.Errorf("the link works twice: %v", err)
		}
		if _, err := accounts.SetUpLink(t.Context()); fault.KindOf(err) != fault.Conflict {
			t.Errorf("another link: %v", err)
		}
	})
}

func TestSetUpAtOnceMakesOneAdministrator(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		accounts := service(t, s)
		token, err := accounts.SetUpLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var made atomic.Int64
		var all sync.WaitGroup
		for _, name := range []string{"a", "b", "c", "d"} {
			all.Go(func() {
				_, err := accounts.SetUp(t.Context(), token, name+"@example.com", "", password, address)
				if err == nil {
					made.Add(1)
				} else if fault.KindOf(err) != fault.NotFound {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if made.Load() != 1 {
			t.Errorf("%d administrators", made.Load())
		}
	})
}
