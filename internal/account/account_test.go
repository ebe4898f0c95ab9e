package account_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/account"
	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/limit"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

const (
	email    = "ada@example.com"
	password = "correct horse battery"
	address  = "192.0.2.1"
)

func service(t *testing.T, s *store.Store) *account.Service {
	t.Helper()
	accounts, err := account.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return accounts
}

func withAda(t *testing.T, s *store.Store) *account.Service {
	t.Helper()
	accounts := service(t, s)
	if _, err := accounts.Create(t.Context(), models.CLI, " Ada@Example.com ", " Ada ", models.RoleAdministrator, password); err != nil {
		t.Fatal(err)
	}
	return accounts
}

func actions(t *testing.T, s *store.Store) []string {
	t.Helper()
	rows, err := s.HistoryFrom(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, row := range rows {
		all = append(all, row.Action)
		if strings.Contains(row.Summary+row.Details+row.ActorName, password) {
			t.Errorf("the password is in history row %d", row.ID)
		}
	}
	return all
}

func TestSignInChecksThePasswordAndIsRecorded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		accounts := withAda(t, s)
		user, err := accounts.SignIn(t.Context(), "ADA@example.com", password, address)
		if err != nil || user.Email != email || user.Name != "Ada" {
			t.Fatalf("signed in as %+v, %v", user, err)
		}
		if _, err := accounts.SignIn(t.Context(), email, "wrong", address); fault.KindOf(err) != fault.Invalid || len(fault.Fields(err)) != 0 {
			t.Errorf("a wrong password gives %v", err)
		}
		if err := accounts.SignedOut(t.Context(), user, address); err != nil {
			t.Error(err)
		}
		want := []string{"user.created", "user.signed_in", "user.sign_in_failed", "user.signed_out"}
		if diff := cmp.Diff(want, actions(t, s)); diff != "" {
			t.Error(diff)
		}
		if _, err := history.Verify(t.Context(), s); err != nil {
			t.Error(err)
		}
	})
}

func TestUnknownEMailAndWrongPasswordSayTheSame(t *testing.T) {
	t.Parallel()
	accounts := withAda(t, storetest.Open(t))
	_, wrong := accounts.SignIn(t.Context(), email, "not it, sorry", address)
	_, unknown := accounts.SignIn(t.Context(), "eve@example.com", "not it, sorry", address)
	if fault.Message(wrong) != fault.Message(unknown) || fault.KindOf(wrong) != fault.KindOf(unknown) {
		t.Errorf("%v, but %v", wrong, unknown)
	}
}

func TestWhatIsTypedAsAnUnknownEMailIsNotRecorded(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	accounts := withAda(t, s)
	if _, err := accounts.SignIn(t.Context(), password, "x", address); err == nil {
		t.Fatal("signed in")
	}
	actions(t, s) // looks for the text
}

func TestFailuresAreLimitedByEMail(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	accounts := withAda(t, s)
	var err error
	tries := 0
	for ; tries < 30 && fault.KindOf(err) != fault.TooMany; tries++ {
		_, err = accounts.SignIn(t.Context(), email, "wrong", fmt.Sprintf("192.0.2.%d", tries))
	}
	if fault.KindOf(err) != fault.TooMany || tries < 5 {
		t.Fatalf("after %d tries: %v", tries, err)
	}
	if msg := fault.Message(err); !strings.HasPrefix(msg, "Too many attempts. Try again in ") {
		t.Error(msg)
	}
	var limited *limit.Reached
	if !errors.As(err, &limited) || limited.After <= 0 {
		t.Errorf("no time to wait in %v", err)
	}
	if _, err := accounts.SignIn(t.Context(), email, password, address); fault.KindOf(err) != fault.TooMany {
		t.Errorf("the right password passes the limit: %v", err)
	}
	before := len(actions(t, s))
	_, _ = accounts.SignIn(t.Context(), email, "wrong", address) // limited, as above
	if after := len(actions(t, s)); after != before {
		t.Error("a limited attempt fills the history")
	}
}

func TestOneNetworkLocksNobodyElseOut(t *testing.T) {
	t.Parallel()
	accounts := withAda(t, storetest.Open(t))
	for range 200 {
		if _, err := accounts.SignIn(t.Context(), email, "wrong", "198.51.100.7"); fault.KindOf(err) == fault.TooMany {
			break
		}
	}
	if _, err := accounts.SignIn(t.Context(), email, password, "198.51.100.7"); fault.KindOf(err) != fault.TooMany {
		t.Errorf("from the network that guesses: %v", err)
	}
	if _, err := accounts.SignIn(t.Context(), email, password, address); err != nil {
		t.Errorf("from the person's own: %v", err)
	}
}

func TestFailuresAreLimitedByNetwork(t *testing.T) {
	t.Parallel()
	accounts := withAda(t, storetest.Open(t))
	var err error
	for i := 0; i < 60 && fault.KindOf(err) != fault.TooMany; i++ {
		_, err = accounts.SignIn(t.Context(), fmt.Sprintf("u%d@example.com", i), "wrong", fmt.Sprintf("2001:db8:1:2::%x", i))
	}
	if fault.KindOf(err) != fault.TooMany {
		t.Fatalf("60 failures from one network: %v", err)
	}
	if _, err := accounts.SignIn(t.Context(), email, password, "2001:db8:1:3::1"); err != nil {
		t.Errorf("another network is limited too: %v", err)
	}
}

func TestSigningInRightIsNeverLimited(t *testing.T) {
	t.Parallel()
	accounts := withAda(t, storetest.Open(t))
	for range 15 {
		if _, err := accounts.SignIn(t.Context(), email, password, address); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCreateComplainsByField(t *testing.T) {
	t.Parallel()
	accounts := withAda(t, storetest.Open(t))
	for name, test := range map[string]struct {
		email, name, password string
		role                  models.Role
		bad                   string
	}{
		"no e-mail":         {"", "", password, models.RoleViewer, "email"},
		"no address":        {"ada", "", password, models.RoleViewer, "email"},
		"name and address":  {"Ada <ada2@example.com>", "", password, models.RoleViewer, "email"},
		"line break":        {"a@example.com\nb", "", password, models.RoleViewer, "email"},
		"long e-mail":       {strings.Repeat("a", 250) + "@example.com", "", password, models.RoleViewer, "email"},
		"taken":             {"ADA@EXAMPLE.COM", "", password, models.RoleViewer, "email"},
		"long name":         {"b@example.com", strings.Repeat("é", 121), password, models.RoleViewer, "name"},
		"role":              {"b@example.com", "", password, "root", "role"},
		"short password":    {"b@example.com", "", "elevenchars", models.RoleViewer, "password"},
		"password is email": {"bertrand@example.com", "", "Bertrand@Example.com", models.RoleViewer, "password"},
		"endless password":  {"b@example.com", "", strings.Repeat("x", 2000), models.RoleViewer, "password"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := accounts.Create(t.Context(), models.CLI, test.email, test.name, test.role, test.password)
			if fields := fault.Fields(err); len(fields) != 1 || fields[test.bad] == "" {
				t.Errorf("fields %v, %v", fields, err)
			}
		})
	}
}

func TestResetPasswordEndsTheOldOneAndItsSessions(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	accounts := withAda(t, s)
	user, err := accounts.SignIn(t.Context(), email, password, address)
	if err != nil {
		t.Fatal(err)
	}
	now := user.CreatedAt
	session := models.Session{TokenHash: "h", UserID: user.ID, Data: []byte{}, LastSeenAt: now, ExpiresAt: now.AddDate(1, 0, 0)}
	if err := s.CreateSession(t.Context(), &session); err != nil {
		t.Fatal(err)
	}
	if err := accounts.ResetPassword(t.Context(), models.CLI, email, "another password"); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.SignIn(t.Context(), email, password, address); err == nil {
		t.Error("the old password works")
	}
	if _, err := accounts.SignIn(t.Context(), email, "another password", address); err != nil {
		t.Error(err)
	}
	if _, err := s.LiveSession(t.Context(), "h", now); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the session lives: %v", err)
	}
}

func TestPermissionsByRole(t *testing.T) {
	t.Parallel()
	for _, p := range []account.Permission{account.View, account.SEAEdit, account.LifeCycleEdit, account.Administer} {
		if !account.May(models.User{Role: models.RoleAdministrator}, p) {
			t.Errorf("administrators lack %s", p)
		}
		if may := account.May(models.User{Role: models.RoleViewer}, p); may != (p == account.View) {
			t.Errorf("viewers have %s: %t", p, may)
		}
		if account.May(models.User{}, p) {
			t.Errorf("nobody has %s", p)
		}
	}
}
