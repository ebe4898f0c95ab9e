package store_test

import (
	"errors"
	"testing"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func instant(offset time.Duration) *time.Time {
	at := time.Now().UTC().Truncate(time.Microsecond).Add(offset)
	return &at
}

func insertSet(t *testing.T, s *store.Store, unitID int64, state models.CredentialState, lease *time.Time) models.Credential {
	t.Helper()
	set := models.Credential{UnitID: unitID, State: state, AccessKeyID: string(state), CreatedAt: *instant(0), CreatedBy: "Ada", LeaseUntil: lease}
	if err := s.InsertCredential(t.Context(), &set); err != nil {
		t.Fatal(err)
	}
	return set
}

func TestAUnitHasOneSetThatIsIssuingAndOneThatLives(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		insertSet(t, s, 1, models.CredentialIssuing, instant(0))
		insertSet(t, s, 1, models.CredentialActive, nil)
		insertSet(t, s, 2, models.CredentialIssuing, instant(0))
		for range 2 {
			insertSet(t, s, 1, models.CredentialRetired, nil)
			insertSet(t, s, 1, models.CredentialAbandoned, nil)
		}
		for _, state := range []models.CredentialState{
			models.CredentialIssuing, models.CredentialActive, models.CredentialRetiring,
		} {
			err := s.InsertCredential(t.Context(), &models.Credential{UnitID: 1, State: state, CreatedBy: "Ada"})
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("a second %s: %v", state, err)
			}
		}
		held, err := s.HeldCredentials(t.Context(), 1)
		if err != nil || held.Issuing == nil || held.Live == nil || held.Live.State != models.CredentialActive {
			t.Errorf("held %+v, %v", held, err)
		}
		past, err := s.PastCredentials(t.Context(), 1, 3)
		if err != nil || len(past) != 3 || past[0].ID < past[1].ID {
			t.Errorf("past %+v, %v", past, err)
		}
		live, err := s.LiveCredentials(t.Context())
		if err != nil || len(live) != 1 || live[1].AccessKeyID != "active" {
			t.Errorf("live %+v, %v", live, err)
		}
		units, err := s.UnsettledUnits(t.Context())
		if err != nil || len(units) != 2 || units[0] != 1 || units[1] != 2 {
			t.Errorf("unsettled %v, %v", units, err)
		}
	})
}

func TestAChangeOfASetComparesStateKeyAndLease(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		set := insertSet(t, s, 1, models.CredentialIssuing, instant(time.Minute))
		for name, was := range map[string]func(*models.Credential){
			"lease": func(c *models.Credential) { c.LeaseUntil = instant(time.Hour) },
			"none":  func(c *models.Credential) { c.LeaseUntil = nil },
			"state": func(c *models.Credential) { c.State = models.CredentialActive },
			"key":   func(c *models.Credential) { c.AccessKeyID = "AKIA2" },
			"unit":  func(c *models.Credential) { c.UnitID = 2 },
		} {
			other := set
			was(&other)
			if err := s.ChangeCredential(t.Context(), other, set); !errors.Is(err, store.ErrStale) {
				t.Errorf("another %s: %v", name, err)
			}
		}
		active := set
		active.State, active.AccessKeyID, active.LeaseUntil = models.CredentialActive, "AKIA1", nil
		if err := s.ChangeCredential(t.Context(), set, active); err != nil {
			t.Fatal(err)
		}
		if err := s.ChangeCredential(t.Context(), set, active); !errors.Is(err, store.ErrStale) {
			t.Errorf("twice: %v", err)
		}
		if err := s.NoteLastUse(t.Context(), set.ID, *instant(0)); err != nil {
			t.Fatal(err)
		}
		held, err := s.HeldCredentials(t.Context(), 1)
		if err != nil || held.Issuing != nil || held.Live.LeaseUntil != nil || held.Live.LastUsedAt == nil ||
			held.Live.CreatedBy != "Ada" {
			t.Errorf("held %+v, %v", held.Live, err)
		}
		if known, err := s.KnowsKey(t.Context(), 1, "AKIA1"); err != nil || !known {
			t.Errorf("known %v, %v", known, err)
		}
		if known, err := s.KnowsKey(t.Context(), 2, "AKIA1"); err != nil || known {
			t.Errorf("known to another unit: %v, %v", known, err)
		}
	})
}

func TestEndingLeasesFreesThoseThatLive(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		insertSet(t, s, 1, models.CredentialIssuing, instant(time.Hour))
		insertSet(t, s, 2, models.CredentialActive, nil)
		at := instant(0)
		if err := s.EndCredentialLeases(t.Context(), *at); err != nil {
			t.Fatal(err)
		}
		first, err := s.HeldCredentials(t.Context(), 1)
		if err != nil || !first.Issuing.LeaseUntil.Equal(*at) {
			t.Errorf("lease %v, %v", first.Issuing.LeaseUntil, err)
		}
		second, err := s.HeldCredentials(t.Context(), 2)
		if err != nil || second.Live.LeaseUntil != nil {
			t.Errorf("lease %v, %v", second.Live.LeaseUntil, err)
		}
	})
}
