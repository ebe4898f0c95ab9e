package credential_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
	"seaportal/models"
)

// short is the time that an operation has in a test that lets it fail.
const short = 500 * time.Millisecond

// failure is what happens at one call of an operation.
type failure struct {
	name string
	at   int // the call, from 1
	fate cloud.Fate
	dead bool // nothing after it gets through either, as when the process was killed
}

// failures are every way in which an operation of that many calls can break.
func failures(calls []string) []failure {
	var all []failure
	for i, call := range calls {
		name, _, _ := strings.Cut(call, " AKIA") // the same name in every run
		for _, f := range []failure{
			{"killed before", i + 1, cloud.Lost, true},
			{"killed after", i + 1, cloud.Mute, true},
			{"one call lost", i + 1, cloud.Lost, false},
			{"one answer lost", i + 1, cloud.Mute, false},
		} {
			f.name = fmt.Sprintf("%02d %s, %s", i+1, name, f.name)
			all = append(all, f)
		}
	}
	return all
}

// cut makes the gate do it.
func (f failure) cut(gate *cloud.Gate) {
	calls := 0
	gate.Decide(func(string, int) cloud.Fate {
		calls++ // Decide calls one at a time
		switch {
		case calls == f.at:
			return f.fate
		case calls > f.at && f.dead:
			return cloud.Lost
		}
		return cloud.Pass
	})
}

// restart is what the next process does at its start, with the network whole.
func (b *bench) restart(t *testing.T) {
	t.Helper()
	b.gate.Decide(nil)
	b.patience(0)
	if err := b.TakeOver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// works is mustHold, and checks that the answer of the operation was true: a
// set that was shown works, and without one the set before works or a new one
// stands there that nobody acknowledged.
func (b *bench) works(t *testing.T, before, shown credential.Issued, failed error) {
	t.Helper()
	status := b.mustHold(t)
	switch {
	case failed == nil:
		if err := b.lists(t, shown); err != nil {
			t.Errorf("the set that was shown: %v", err)
		}
	case !fault.Is(failed, fault.Unavailable):
		t.Errorf("failed as %v", failed)
	case status.State != credential.Active: // nothing before, nothing after
		if before.AccessKeyID != "" {
			t.Errorf("no set is left: %s", status.State)
		}
	case status.Live.AccessKeyID == before.AccessKeyID:
		if err := b.lists(t, before); err != nil {
			t.Errorf("the set before: %v", err)
		}
	case status.Live.AcknowledgedAt != nil:
		t.Error("acknowledged, but never shown")
	}
	if before.AccessKeyID != "" && status.Live.AccessKeyID != before.AccessKeyID {
		if err := b.lists(t, before); code(err) != "InvalidAccessKeyId" {
			t.Errorf("the replaced set: %v", err)
		}
	}
}

func TestRegenerateKeepsItsInvariantsWhereverItBreaks(t *testing.T) {
	t.Parallel()
	probe := setUp(t, storetest.Open(t))
	probe.generate(t)
	probe.gate.Decide(nil)
	if _, err := probe.regenerate(t); err != nil {
		t.Fatal(err)
	}
	for _, failure := range failures(probe.gate.Calls()) {
		t.Run(failure.name, func(t *testing.T) {
			t.Parallel()
			b := setUp(t, storetest.Open(t))
			before := b.generate(t)
			b.patience(short)
			failure.cut(b.gate)
			shown, err := b.regenerate(t)
			b.restart(t)
			b.works(t, before, shown, err)
			if _, err := b.regenerate(t); err != nil {
				t.Errorf("the next regeneration: %v", err)
			}
			b.mustHold(t)
		})
	}
}

func TestGenerateKeepsItsInvariantsWhereverItBreaks(t *testing.T) {
	t.Parallel()
	probe := setUp(t, storetest.Open(t))
	probe.generate(t)
	for _, failure := range failures(probe.gate.Calls()) {
		t.Run(failure.name, func(t *testing.T) {
			t.Parallel()
			b := setUp(t, storetest.Open(t))
			b.patience(short)
			failure.cut(b.gate)
			shown, err := b.Generate(t.Context(), ada, b.unit, b.nonce(t, ada, credential.PurposeGenerate))
			b.restart(t)
			b.works(t, credential.Issued{}, shown, err)
		})
	}
}

func TestRevokeEndsWithoutAKeyWhereverItBreaks(t *testing.T) {
	t.Parallel()
	probe := setUp(t, storetest.Open(t))
	probe.generate(t)
	probe.gate.Decide(nil)
	if err := probe.Revoke(t.Context(), ada, probe.unit, "", probe.unit.Slug); err != nil {
		t.Fatal(err)
	}
	for _, failure := range failures(probe.gate.Calls()) {
		t.Run(failure.name, func(t *testing.T) {
			t.Parallel()
			b := setUp(t, storetest.Open(t))
			before := b.generate(t)
			b.patience(short)
			failure.cut(b.gate)
			err := b.Revoke(t.Context(), ada, b.unit, "", b.unit.Slug)
			if err != nil && !fault.Is(err, fault.Unavailable) {
				t.Error(err)
			}
			b.restart(t)
			if status := b.mustHold(t); status.State != credential.Revoked || status.Past[0].RetiredBy != "Ada" {
				t.Errorf("ended %s", status.State)
			}
			if err := b.lists(t, before); code(err) != "InvalidAccessKeyId" {
				t.Errorf("the revoked set: %v", err)
			}
		})
	}
}

func TestALostAnswerToCreateAccessKeyCostsNothing(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	b.gate.Decide(func(call string, n int) cloud.Fate {
		if call == "CreateAccessKey" && n == 1 {
			return cloud.Mute
		}
		return cloud.Pass
	})
	set := b.generate(t)
	if err := b.lists(t, set); err != nil {
		t.Error(err)
	}
	b.mustHold(t)
	if got := strings.Join(b.actions(t), " "); !strings.Contains(got, "credentials.unknown_key_removed") {
		t.Errorf("history: %s", got)
	}
}

func TestWhileALeaseLivesNobodySettles(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	until := time.Now().UTC().Add(time.Minute)
	row := models.Credential{
		UnitID: b.unit.ID, State: models.CredentialIssuing, CreatedAt: time.Now().UTC(), CreatedBy: "Grace", LeaseUntil: &until,
	}
	if err := b.store.InsertCredential(t.Context(), &row); err != nil {
		t.Fatal(err)
	}
	if err := b.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := b.current(t); status.State != credential.Issuing || status.Interrupted {
		t.Errorf("status %+v", status)
	}
	_, err := b.Generate(t.Context(), ada, b.unit, b.nonce(t, ada, credential.PurposeGenerate))
	if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Message(err), "Grace") {
		t.Errorf("answered %v", err)
	}
	if err := b.Revoke(t.Context(), ada, b.unit, "", b.unit.Slug); !fault.Is(err, fault.Conflict) {
		t.Errorf("answered %v", err)
	}
	// The next operation settles what was interrupted by itself.
	if err := b.TakeOver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := b.current(t); !status.Interrupted {
		t.Errorf("status %+v", status)
	}
	b.generate(t)
	b.mustHold(t)
}

func TestReconcileRemovesKeysThatTheDatabaseDoesNotKnow(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	set := b.generate(t)
	_, err := b.cloud.IAM(nil).CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String(b.unit.IAMUser())})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	b.mustHold(t)
	if err := b.lists(t, set); err != nil {
		t.Error(err)
	}
	if got := strings.Count(strings.Join(b.actions(t), " "), "unknown_key_removed"); got != 1 {
		t.Errorf("recorded %d times", got)
	}
	if status := b.current(t); status.LastUsedAt == nil {
		t.Error("the last use is not known")
	}
}

func TestALivingKeyPassesNoProof(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	set := b.generate(t)
	ctx, cancel := context.WithTimeout(t.Context(), short)
	defer cancel()
	if err := b.ProveRefused(ctx, b.unit, set.AccessKeyID); err == nil || !strings.Contains(err.Error(), "the key is not refused yet") {
		t.Errorf("proved: %v", err)
	}
}

// TestRevokeLeavesASetAloneThatItsFormDidNotSpeakOf has a form open while
// somebody else regenerates.
func TestRevokeLeavesASetAloneThatItsFormDidNotSpeakOf(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	seen := b.generate(t)
	fresh, err := b.regenerate(t)
	if err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{b.unit.Slug, "", "another"} {
		err = b.Revoke(t.Context(), ada, b.unit, seen.AccessKeyID, typed)
		if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Message(err), ada.Name+" generated credential set "+credential.Mask(fresh.AccessKeyID)) {
			t.Errorf("an old form with %q: %v", typed, err)
		}
	}
	if err := b.lists(t, fresh); err != nil {
		t.Errorf("the new set: %v", err)
	}
	if err := b.Revoke(t.Context(), ada, b.unit, fresh.AccessKeyID, b.unit.Slug); err != nil {
		t.Error(err)
	}
	b.mustHold(t)
}

func TestRevokeAsksForTheSlugAndForASet(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	for _, typed := range []string{b.unit.Slug, ""} {
		if err := b.Revoke(t.Context(), ada, b.unit, "", typed); !fault.Is(err, fault.Conflict) {
			t.Errorf("no set, and %q: %v", typed, err)
		}
	}
	if err := b.Withdraw(t.Context(), ada, b.unit); err != nil {
		t.Errorf("withdraw nothing: %v", err)
	}
	set := b.generate(t)
	for _, seen := range []string{"", set.AccessKeyID} {
		if err := b.Revoke(t.Context(), ada, b.unit, seen, ""); fault.Fields(err)["confirm"] == "" {
			t.Errorf("no confirmation: %v", err)
		}
	}
	b.mustHold(t)
}
