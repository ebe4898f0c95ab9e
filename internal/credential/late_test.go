package credential_test

import (
	"slices"
	"strings"
	"testing"

	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
)

// IAM's servers learn of a change one by one. These tests let some of them
// answer who have not heard of it.

func (b *bench) count(name string) int {
	count := 0
	for _, call := range b.gate.Calls() {
		if call == name {
			count++
		}
	}
	return count
}

func TestANewUserAndANewKeyAreWaitedFor(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	b.gate.Decide(func(call string, n int) cloud.Fate {
		if n <= 3 && (call == "PutUserPolicy" || strings.HasPrefix(call, "S3 ")) {
			return cloud.Early
		}
		return cloud.Pass
	})
	set := b.generate(t)
	if err := b.lists(t, set); err != nil {
		t.Error(err)
	}
	if puts, lists := b.count("PutUserPolicy"), b.count("S3 GET "+set.AccessKeyID); puts != 4 || lists != 4 {
		t.Errorf("%d policies put, %d listings", puts, lists)
	}
	b.mustHold(t)
}

func TestOnlyRefusalsInARowProveAKeyDead(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	old := b.generate(t)
	stale := []int{1, 2, 4, 7} // so that the first three in a row are 8, 9 and 10
	b.gate.Decide(func(call string, n int) cloud.Fate {
		if call == "S3 GET "+old.AccessKeyID && slices.Contains(stale, n) {
			return cloud.Stale
		}
		return cloud.Pass
	})
	set, err := b.regenerate(t)
	if err != nil {
		t.Fatal(err)
	}
	if tried := b.count("S3 GET " + old.AccessKeyID); tried != 10 || set.Proof.Refusals != 3 {
		t.Errorf("shown after %d tries, proof %+v", tried, set.Proof)
	}
	b.mustHold(t)
}

// A key that will not die: nothing is shown, the page says what goes on, and it
// is finished later.
func TestWhatIsNotRefusedInTimeIsFinishedLater(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	old := b.generate(t)
	b.patience(short)
	forever := func(call string, _ int) cloud.Fate {
		if call == "S3 GET "+old.AccessKeyID {
			return cloud.Stale
		}
		return cloud.Pass
	}
	b.gate.Decide(forever)
	set, err := b.regenerate(t)
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Message(err), "The portal goes on by itself") || !set.Secret.Empty() {
		t.Fatalf("answered %v", err)
	}
	if status := b.current(t); status.State != credential.Issuing || !status.Interrupted || status.Issuing.VerifiedAt == nil {
		t.Errorf("status %+v", status)
	}
	if err := b.Settle(t.Context()); err == nil {
		t.Error("settled while the old key is alive")
	}
	b.gate.Decide(nil)
	b.patience(0)
	if err := b.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := b.mustHold(t); status.State != credential.Active || status.Live.AccessKeyID == old.AccessKeyID || status.Live.AcknowledgedAt != nil {
		t.Errorf("settled as %+v", status)
	}
}

// NoSuchEntity on a deletion is success to IAM, but only S3 says that a key is
// dead. A set of the unit that IAM still lists is never taken for a stranger.
func TestADeletionThatWasNoneIsFoundOut(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	b.generate(t)
	if _, err := b.regenerate(t); err != nil {
		t.Fatal(err)
	}
	b.patience(short)
	b.gate.Decide(func(call string, _ int) cloud.Fate {
		if call == "DeleteAccessKey" {
			return cloud.Early
		}
		return cloud.Pass
	})
	// Deleting it is said to be no longer needed, but the key lives: no proof
	// may pass.
	if err := b.Revoke(t.Context(), ada, b.unit, "", b.unit.Slug); !fault.Is(err, fault.Unavailable) {
		t.Errorf("revoked a key that lives: %v", err)
	}
	b.restart(t)
	if status := b.mustHold(t); status.State != credential.Revoked {
		t.Errorf("ended %s", status.State)
	}
	if got := strings.Join(b.actions(t), " "); strings.Contains(got, "unknown_key_removed") {
		t.Errorf("history: %s", got)
	}
}
