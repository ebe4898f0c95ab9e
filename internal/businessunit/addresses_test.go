package businessunit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/businessunit"
	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
	"seaportal/models"
)

func TestAllowedAddressesAreNormalisedAppliedAndRecorded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		unit := b.enabled(t)
		typed := " 2001:DB8::/32\r\n203.0.113.9 , 10.0.0.0/8\r\n\r\n203.0.113.9/32;10.0.0.0/8\t"
		got, err := b.AllowAddresses(t.Context(), ada, unit, typed, unit.LockVersion)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"10.0.0.0/8", "203.0.113.9", "2001:db8::/32"}, got.Allowed()); diff != "" || got.PolicyPending() {
			t.Errorf("pending %v\n%s", got.PolicyPending(), diff)
		}
		if _, err := b.AllowAddresses(t.Context(), ada, unit, "", unit.LockVersion); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old form: %v", err)
		}
		if got, err = b.AllowAddresses(t.Context(), ada, got, "", got.LockVersion); err != nil || len(got.Allowed()) != 0 || got.PolicyPending() {
			t.Errorf("none: %+v, %v", got, err)
		}
		actions := b.actions(t, unit)
		want := []string{"unit.addresses_changed", "unit.addresses_applied", "unit.addresses_changed", "unit.addresses_applied"}
		if diff := cmp.Diff(want, actions[len(actions)-4:]); diff != "" {
			t.Error(diff)
		}
		rows, err := s.HistoryFrom(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		last := rows[len(rows)-2]
		if last.Summary != "Allowed the credential set from any address" || !strings.Contains(last.Details, `"allowed_addresses_before":["10.0.0.0/8","203.0.113.9","2001:db8::/32"]`) {
			t.Errorf("recorded %s %s", last.Summary, last.Details)
		}
	})
}

func TestAllowedAddressesAreRefusedLineByLine(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	unit := b.create(t, newSlug())
	var many strings.Builder
	for i := range 120 {
		fmt.Fprintf(&many, "203.0.113.%d\n", i)
	}
	for typed, want := range map[string]string{
		"10.0.0.1\n10.0.0.5/8":       "Line 2: “10.0.0.5/8” does not begin a range: write 10.0.0.0/8 for the range, or 10.0.0.5 for the one address.",
		"0.0.0.0/0":                  "Line 1: “0.0.0.0/0” is every address",
		"a\nb":                       "Line 1: “a” is no address and no range: write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48. Line 2:",
		strings.Repeat("x\n", 12):    "And 7 more.",
		many.String():                "takes a policy of 2048 characters",
		strings.Repeat("a", 100_000): "Line 1",
	} {
		_, err := b.AllowAddresses(t.Context(), ada, unit, typed, unit.LockVersion)
		if got := fault.Fields(err)["allowed_addresses"]; !strings.Contains(got, want) {
			t.Errorf("%.40q: %.300q", typed, got)
		}
	}
	if got := b.read(t, unit.Slug); got.PolicyWanted != 0 {
		t.Error("refused addresses were saved")
	}
}

func TestAddressesThatIAMDidNotTakeAreAppliedLater(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	unit := b.enabled(t)
	calls := 0
	b.gate.Decide(func(string, int) cloud.Fate {
		if calls++; calls > 1 { // killed after the first call
			return cloud.Lost
		}
		return cloud.Pass
	})
	got, err := b.AllowAddresses(t.Context(), ada, unit, "203.0.113.0/24", unit.LockVersion)
	if err != nil || !got.PolicyPending() {
		t.Fatalf("pending %v, %v", got.PolicyPending(), err)
	}
	if err := b.Settle(t.Context()); err == nil {
		t.Error("settled without IAM")
	}
	b.gate.Decide(nil)
	for range 2 {
		if err := b.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.read(t, unit.Slug); got.PolicyPending() {
		t.Error("still pending")
	}
	actions := b.actions(t, unit)
	if diff := cmp.Diff([]string{"unit.addresses_changed", "unit.addresses_applied"}, actions[len(actions)-2:]); diff != "" {
		t.Error(diff)
	}
}

// A unit that was never enabled keeps its addresses for then.
func TestAddressesOfAUnitWithoutALocationWaitForOne(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	unit := b.create(t, newSlug())
	unit, err := b.AllowAddresses(t.Context(), ada, unit, "203.0.113.0/24", unit.LockVersion)
	if err != nil || unit.PolicyPending() {
		t.Fatalf("pending %v, %v", unit.PolicyPending(), err)
	}
	if err := b.Settle(t.Context()); err != nil {
		t.Error(err)
	}
	if err := b.Enable(t.Context(), ada, unit.Slug); err != nil {
		t.Fatal(err)
	}
	if got := b.read(t, unit.Slug); got.PolicyPending() || got.PolicyDone != 1 {
		t.Errorf("enabled with %+v", got)
	}
}

func TestASetThatNobodyUsesIsPointedOut(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	b.enabled(t)
	summary := func() businessunit.Summary {
		t.Helper()
		all, err := b.Summaries(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatalf("%d units, %v", len(all), err)
		}
		return all[0]
	}
	set := summary().Credential
	if got := summary(); got.IdleSince != nil {
		t.Errorf("a new set is idle since %v", got.IdleSince)
	}
	age := func(column string, days int) {
		t.Helper()
		db, err := b.Store.SQL()
		if err != nil {
			t.Fatal(err)
		}
		query := "UPDATE credentials SET " + column + " = ? WHERE id = ?"
		if _, err := db.ExecContext(t.Context(), query, set.VerifiedAt.AddDate(0, 0, -days), set.ID); err != nil {
			t.Fatal(err)
		}
	}
	age("verified_at", 100)
	if got := summary(); got.IdleSince == nil || !got.NeverUsed {
		t.Errorf("never used in 100 days: %+v", got)
	}
	age("last_used_at", 91)
	if got := summary(); got.IdleSince == nil || got.NeverUsed {
		t.Errorf("not used in 91 days: %+v", got)
	}
	age("last_used_at", 89)
	if got := summary(); got.IdleSince != nil {
		t.Errorf("used 89 days ago: %v", got.IdleSince)
	}
	age("last_used_at", 95)
	at := set.VerifiedAt.AddDate(0, 0, -2)
	seen := models.IAMKeyAddress{KeyID: set.AccessKeyID, Address: "203.0.113.7", FirstAt: at, LastAt: at, UsedAt: &at, Requests: 1}
	if err := b.Store.AddKeyAddresses(t.Context(), []models.IAMKeyAddress{seen}); err != nil {
		t.Fatal(err)
	}
	if got := summary(); got.IdleSince != nil {
		t.Errorf("seen two days ago: %v", got.IdleSince)
	}
}
