package credential_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
	"seaportal/models"
)

func code(err error) string {
	var answer smithy.APIError
	if errors.As(err, &answer) {
		return answer.ErrorCode()
	}
	return fmt.Sprint(err)
}

func TestGenerateGivesAWorkingSetThatIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		set := b.generate(t)
		if err := b.lists(t, set); err != nil {
			t.Error(err)
		}
		if set.FileLocation != "sea/"+b.unit.Slug+"/" || set.Endpoint != b.cloud.Endpoint() || set.Region != cloud.Region {
			t.Errorf("issued %+v", set)
		}
		status := b.mustHold(t)
		if status.State != credential.Active || status.Live.AccessKeyID != set.AccessKeyID || status.Live.AcknowledgedAt != nil ||
			status.Live.CreatedBy != "Ada" {
			t.Errorf("status %+v", status)
		}
		want := []string{"credentials.issue_started", "credentials.key_created", "credentials.generated"}
		if diff := cmp.Diff(want, b.actions(t)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRegenerateRefusesOldKeyBeforeShowingNew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		old := b.generate(t)
		b.gate.Decide(nil)
		set, err := b.regenerate(t)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"CreateUser", "PutUserPolicy", "ListAccessKeys", "CreateAccessKey", "S3 GET " + set.AccessKeyID, "DeleteAccessKey",
			"S3 GET " + old.AccessKeyID, "S3 GET " + old.AccessKeyID, "S3 GET " + old.AccessKeyID,
		}
		if diff := cmp.Diff(want, b.gate.Calls()); diff != "" {
			t.Error(diff)
		}
		if err := b.lists(t, old); code(err) != "InvalidAccessKeyId" {
			t.Errorf("the old set: %v", err)
		}
		if err := b.lists(t, set); err != nil {
			t.Errorf("the new set: %v", err)
		}
		status := b.mustHold(t)
		if len(status.Past) != 1 || status.Past[0].AccessKeyID != old.AccessKeyID ||
			status.Past[0].State != models.CredentialRetired || status.Past[0].RetiredBy != "Ada" {
			t.Errorf("past sets %+v", status.Past)
		}
	})
}

func TestGenerateIsRefusedWhileASetIsActive(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	b.generate(t)
	nonce := b.nonce(t, grace, credential.PurposeGenerate)
	_, err := b.Generate(t.Context(), grace, b.unit, nonce)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Message(err), "Ada generated") {
		t.Errorf("answered %v", err)
	}
	b.mustHold(t)
}

func TestRegenerateAsksForTheSlugAndForASet(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	nonce := b.nonce(t, ada, credential.PurposeRegenerate)
	_, err := b.Regenerate(t.Context(), ada, b.unit, nonce, "another")
	if fault.Fields(err)["confirm"] == "" {
		t.Errorf("wrong confirmation: %v", err)
	}
	if _, err := b.Regenerate(t.Context(), ada, b.unit, nonce, b.unit.Slug); !fault.Is(err, fault.Conflict) {
		t.Errorf("no set: %v", err)
	}
	b.mustHold(t)
}

func TestWhoFindsTheSetRevokedLearnsByWhom(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	b.generate(t)
	open := b.nonce(t, ada, credential.PurposeRegenerate)
	bert := models.Actor{Kind: models.ActorUser, ID: ada.ID + 1, Name: "Bert"}
	if err := b.Revoke(t.Context(), bert, b.unit, "", b.unit.Slug); err != nil {
		t.Fatal(err)
	}
	_, regenerate := b.Regenerate(t.Context(), ada, b.unit, open, b.unit.Slug)
	for name, err := range map[string]error{"regenerate": regenerate, "revoke": b.Revoke(t.Context(), ada, b.unit, "", b.unit.Slug)} {
		if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Message(err), "Bert revoked credential set") {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.mustHold(t)
}

func TestNothingIsIssuedWhileSEAIsNotEnabled(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	if err := b.store.ChangeSEA(t.Context(), b.unit.ID, models.SEAEnabled, models.SEADisabling); err != nil {
		t.Fatal(err)
	}
	_, err := b.Generate(t.Context(), ada, b.unit, b.nonce(t, ada, credential.PurposeGenerate))
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("answered %v", err)
	}
	b.mustHold(t)
}

func TestOfManyRegenerationsAtOnceOneWinsAndTheOthersLearnWhose(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		b.generate(t)
		const racers = 8
		nonces := make([]string, racers)
		for i := range nonces {
			nonces[i] = b.nonce(t, grace, credential.PurposeRegenerate)
		}
		var all sync.WaitGroup
		var won sync.Map
		for i := range racers {
			all.Go(func() {
				set, err := b.Regenerate(t.Context(), grace, b.unit, nonces[i], b.unit.Slug)
				if err == nil {
					won.Store(i, set)
				} else if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Message(err), "Grace") {
					t.Errorf("a loser learned %v", err)
				}
			})
		}
		all.Wait()
		winners := 0
		won.Range(func(_, set any) bool {
			winners++
			if err := b.lists(t, set.(credential.Issued)); err != nil { //nolint:errcheck // only sets are stored
				t.Errorf("the winner's set: %v", err)
			}
			return true
		})
		if winners != 1 {
			t.Errorf("%d of %d won", winners, racers)
		}
		b.mustHold(t)
	})
}

func TestAFormThatIsOlderThanTheSetStopsNothing(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	b.generate(t)
	old := b.nonce(t, grace, credential.PurposeRegenerate)
	set, err := b.regenerate(t)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Regenerate(t.Context(), grace, b.unit, old, b.unit.Slug)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Message(err), "Ada generated") {
		t.Errorf("answered %v", err)
	}
	if err := b.lists(t, set); err != nil {
		t.Error(err)
	}
}

func TestAClosedTabCancelsNothing(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	nonce := b.nonce(t, ada, credential.PurposeGenerate)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	set, err := b.Generate(gone, ada, b.unit, nonce)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.lists(t, set); err != nil {
		t.Error(err)
	}
}

func TestAcknowledgeIsForTheActiveSetOnly(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	old := b.generate(t)
	set, err := b.regenerate(t)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Acknowledge(t.Context(), ada, b.unit, old.AccessKeyID); !fault.Is(err, fault.Conflict) {
		t.Errorf("the old set: %v", err)
	}
	for range 2 {
		if err := b.Acknowledge(t.Context(), ada, b.unit, set.AccessKeyID); err != nil {
			t.Error(err)
		}
	}
	if status := b.mustHold(t); status.Live.AcknowledgedAt == nil {
		t.Error("not acknowledged")
	}
}
