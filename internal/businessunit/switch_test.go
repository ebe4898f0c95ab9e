package businessunit_test

import (
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/clock"
	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
	"seaportal/models"
)

func newSlug() string { return "u" + strings.ToLower(rand.Text()[:12]) }

func (b *bench) read(t *testing.T, slug string) models.BusinessUnit {
	t.Helper()
	unit, err := b.BySlug(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	return unit
}

func TestEnableAssignsTheLocationOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		unit := b.create(t, newSlug())
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if err := b.Enable(t.Context(), ada, unit.Slug); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got := b.read(t, unit.Slug)
		if got.SEAState != models.SEAEnabled || got.FileLocation() != "sea/"+unit.Slug+"/" {
			t.Errorf("enabled %+v", got)
		}
		want := []string{"business_unit.created", "business_unit.enabling", "business_unit.enabled"}
		if diff := cmp.Diff(want, b.actions(t, unit)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEnableFinishesLaterWhenIAMFails(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	unit := b.create(t, newSlug())
	b.gate.Decide(func(string, int) cloud.Fate { return cloud.Lost })
	if err := b.Enable(t.Context(), ada, unit.Slug); !fault.Is(err, fault.Unavailable) {
		t.Errorf("answered %v", err)
	}
	if err := b.Settle(t.Context()); err == nil {
		t.Error("settled without IAM")
	}
	if got := b.read(t, unit.Slug); got.SEAState != models.SEAEnabling {
		t.Errorf("SEA is %s", got.SEAState)
	}
	b.gate.Decide(nil)
	if err := b.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.read(t, unit.Slug); got.SEAState != models.SEAEnabled {
		t.Errorf("SEA is %s", got.SEAState)
	}
}

func TestEnableOfAnUnknownUnitIsNotFound(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	if err := b.Enable(t.Context(), ada, "nobody"); !fault.Is(err, fault.NotFound) {
		t.Errorf("enable: %v", err)
	}
	if err := b.Disable(t.Context(), ada, "nobody", "nobody"); !fault.Is(err, fault.NotFound) {
		t.Errorf("disable: %v", err)
	}
}

// enabled makes a unit with SEA on, a credential set and a rule that is on.
func (b *bench) enabled(t *testing.T) models.BusinessUnit {
	t.Helper()
	unit := b.create(t, newSlug())
	if err := b.Enable(t.Context(), ada, unit.Slug); err != nil {
		t.Fatal(err)
	}
	unit = b.read(t, unit.Slug)
	nonce, err := b.Access.IssueNonce(t.Context(), ada.ID, unit.ID, credential.PurposeGenerate)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Access.Generate(t.Context(), ada, unit, nonce); err != nil {
		t.Fatal(err)
	}
	rule := models.Rule{
		UnitID: unit.ID, Name: "All mail", NameFold: "all mail", MediaType: "email", Priority: 1, Action: "copy",
		State: models.RuleOn, Version: 1,
	}
	if err := b.Store.CreateRule(t.Context(), &rule); err != nil {
		t.Fatal(err)
	}
	return unit
}

// off checks that nothing of the unit's SEA works any more.
func (b *bench) off(t *testing.T, unit models.BusinessUnit) {
	t.Helper()
	got := b.read(t, unit.Slug)
	if got.SEAState != models.SEAOff || got.FileLocation() != unit.FileLocation() {
		t.Errorf("disabled %+v", got)
	}
	if status, err := b.Access.Current(t.Context(), got); err != nil || status.State != credential.Revoked {
		t.Errorf("credentials are %s, %v", status.State, err)
	}
	if rules, err := b.Store.Rules(t.Context(), unit.ID); err != nil || rules[0].State != models.RulePaused {
		t.Errorf("rules %+v, %v", rules, err)
	}
}

func TestDisableRevokesAndPausesAndKeepsTheLocation(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		b.Clock = clock.Shifted(721 * time.Hour) // the life cycle's, which links do not go by
		unit := b.enabled(t)
		now := time.Now().UTC()
		link := models.Link{UnitID: unit.ID, TokenHash: "hash", CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
		if err := b.Store.InsertLink(t.Context(), &link, nil); err != nil {
			t.Fatal(err)
		}
		if err := b.Disable(t.Context(), ada, unit.Slug, "wrong"); fault.Fields(err)["confirm"] == "" {
			t.Errorf("wrong confirmation: %v", err)
		}
		for range 2 {
			if err := b.Disable(t.Context(), ada, unit.Slug, unit.Slug); err != nil {
				t.Fatal(err)
			}
		}
		b.off(t, unit)
		actions := b.actions(t, unit)
		want := []string{
			"business_unit.disabling", "link.revoked_all", "rule.paused", "credentials.retiring", "credentials.revoked", "business_unit.disabled",
		}
		if diff := cmp.Diff(want, actions[len(actions)-len(want):]); diff != "" {
			t.Error(diff)
		}
		if err := b.Enable(t.Context(), ada, unit.Slug); err != nil {
			t.Fatal(err)
		}
		if got := b.read(t, unit.Slug); got.FileLocation() != unit.FileLocation() || got.SEAState != models.SEAEnabled {
			t.Errorf("enabled again %+v", got)
		}
		if got, err := b.Store.Link(t.Context(), unit.ID, link.ID); err != nil || got.RevokedAt == nil || got.RevokedAt.After(now.Add(time.Hour)) || got.RevokedBy != ada.Name {
			t.Errorf("the link is back: %+v, %v", got, err)
		}
	})
}

func TestDisableFinishesLaterWhenIAMFails(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	unit := b.enabled(t)
	b.gate.Decide(func(string, int) cloud.Fate { return cloud.Lost })
	if err := b.Disable(t.Context(), ada, unit.Slug, unit.Slug); !fault.Is(err, fault.Unavailable) {
		t.Errorf("answered %v", err)
	}
	if err := b.Enable(t.Context(), ada, unit.Slug); !fault.Is(err, fault.Conflict) {
		t.Errorf("enabling meanwhile: %v", err)
	}
	b.gate.Decide(nil)
	if err := b.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.off(t, unit)
}

func TestDisableWaitsForWhoeverMakesASet(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	unit := b.enabled(t)
	until := time.Now().UTC().Add(time.Minute)
	err := b.Store.InsertCredential(t.Context(), &models.Credential{
		UnitID: unit.ID, State: models.CredentialIssuing, CreatedAt: time.Now().UTC(), CreatedBy: "Grace", LeaseUntil: &until,
	})
	if err != nil {
		t.Fatal(err)
	}
	err = b.Disable(t.Context(), ada, unit.Slug, unit.Slug)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Message(err), "Grace") {
		t.Errorf("answered %v", err)
	}
	if got := b.read(t, unit.Slug); got.SEAState != models.SEAEnabled {
		t.Errorf("SEA is %s", got.SEAState)
	}
}

func TestSettleLeavesAUnitToWhoeverWorksOnIt(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	unit := b.enabled(t)
	held, err := b.Store.HeldCredentials(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	until := time.Now().UTC().Truncate(time.Microsecond).Add(time.Minute)
	retiring := *held.Live
	retiring.State, retiring.RetiredBy, retiring.LeaseUntil = models.CredentialRetiring, "Grace", &until
	if err := b.Store.ChangeCredential(t.Context(), *held.Live, retiring); err != nil {
		t.Fatal(err)
	}
	if err := b.Store.ChangeSEA(t.Context(), unit.ID, models.SEAEnabled, models.SEADisabling); err != nil {
		t.Fatal(err)
	}
	if err := b.Settle(t.Context()); err != nil {
		t.Error(err)
	}
	if got := b.read(t, unit.Slug); got.SEAState != models.SEADisabling {
		t.Errorf("SEA is %s", got.SEAState)
	}
}

func TestSummariesCountEveryUnit(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	unit := b.enabled(t)
	empty := b.create(t, newSlug())
	expires := time.Now().UTC().Add(time.Hour)
	rows := []models.Placement{
		{UnitID: unit.ID, FileID: 1, SEAKey: "a", State: models.PlacementPlaced, Size: 5, ExpiresAt: &expires},
		{UnitID: unit.ID, FileID: 2, State: models.PlacementFailed, Size: 5},
	}
	if err := b.Store.InsertPlacements(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	list, err := b.Summaries(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("%d units, %v", len(list), err)
	}
	for _, got := range list {
		switch got.ID {
		case unit.ID:
			if got.Files != 1 || got.Bytes != 5 || got.DeletedSoon != 1 || got.Unseen != 1 || got.Failed != 1 || got.Credential == nil {
				t.Errorf("summary %+v", got)
			}
		case empty.ID:
			if got.Files != 0 || got.Credential != nil {
				t.Errorf("summary %+v", got)
			}
		}
	}
}
