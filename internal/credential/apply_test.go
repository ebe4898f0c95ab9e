package credential_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/credential"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
	"seaportal/models"
)

// allow notes the addresses as the settings do, without applying them.
func (b *bench) allow(t *testing.T, allowed string) {
	t.Helper()
	unit, err := b.store.Unit(t.Context(), b.unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	unit.AllowedAddresses = allowed
	if err := b.store.AllowAddresses(t.Context(), unit); err != nil {
		t.Fatal(err)
	}
	b.reread(t)
}

func (b *bench) reread(t *testing.T) {
	t.Helper()
	unit, err := b.store.Unit(t.Context(), b.unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	b.unit = unit
}

// presigned asks for the listing by a presigned URL of the set.
func (b *bench) presigned(t *testing.T, set credential.Issued) int {
	t.Helper()
	client := s3.NewPresignClient(b.cloud.S3(nil, set.AccessKeyID, set.Secret))
	request, err := client.PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: b.unit.SEABucket, Key: aws.String(*b.unit.SEAPrefix + "a")})
	if err != nil {
		t.Fatal(err)
	}
	return status(t, request.URL)
}

// 127.0.0.1 is where the tests come from.
func TestAllowedAddressesBindSignedRequestsAndPresignedURLs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		set := b.generate(t)
		_, err := b.cloud.Operator(nil).PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: b.unit.SEABucket, Key: aws.String(*b.unit.SEAPrefix + "a"), Body: strings.NewReader("x"),
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			allowed string
			works   bool
		}{
			{"203.0.113.0/24", false}, {"127.0.0.1", true}, {"2001:db8::/32", false}, {"203.0.113.0/24\n127.0.0.0/8", true}, {"10.0.0.0/8", false}, {"", true},
		} {
			b.allow(t, step.allowed)
			if err := b.EnsureUser(t.Context(), b.unit); err != nil {
				t.Fatal(err)
			}
			listed, fetched := code(b.lists(t, set)), b.presigned(t, set)
			if step.works && (listed != "<nil>" || fetched != 200) || !step.works && (listed != "AccessDenied" || fetched != 403) {
				t.Errorf("allowed %q: listing %s, presigned URL %d", step.allowed, listed, fetched)
			}
			if b.reread(t); b.unit.PolicyPending() {
				t.Errorf("%q is still pending", step.allowed)
			}
		}
		if got := strings.Count(strings.Join(b.actions(t), " "), "unit.addresses_applied"); got != 6 {
			t.Errorf("applied %d times", got)
		}
	})
}

// The portal is not among the allowed, so it cannot list: but S3 knows the key.
func TestASetIsIssuedThoughThePortalItselfIsNotAllowed(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	b.allow(t, "203.0.113.0/24")
	old := b.generate(t)
	if !old.Proof.Kept || old.Proof.Refusals != 0 || old.Proof.Accepted <= 0 || old.Stopped != "" {
		t.Errorf("proof of the first %+v", old.Proof)
	}
	set, err := b.regenerate(t)
	if err != nil {
		t.Fatal(err)
	}
	if p := set.Proof; !p.Kept || p.Refusals != 3 || p.FirstRefusal < p.Accepted || p.LastRefusal < p.FirstRefusal || set.Stopped != old.AccessKeyID {
		t.Errorf("proof %+v, stopped %s", set.Proof, set.Stopped)
	}
	if err := b.lists(t, old); code(err) != "InvalidAccessKeyId" {
		t.Errorf("the old set: %v", err)
	}
	b.mustHold(t)
}

// Whoever writes last writes what is wanted last, however slow the others are.
func TestThePolicyEndsAsItWasWantedLast(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setUp(t, s)
		var all sync.WaitGroup
		for _, allowed := range []string{"10.0.0.0/8", "10.1.0.0/16", "", "10.2.0.0/16", "127.0.0.1"} {
			b.allow(t, allowed)
			unit := b.unit
			all.Go(func() {
				if err := b.EnsureUser(t.Context(), unit); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if b.reread(t); b.unit.PolicyPending() {
			t.Error("pending")
		}
		answer, err := b.cloud.IAM(nil).GetUserPolicy(t.Context(), &iam.GetUserPolicyInput{
			UserName: aws.String(b.unit.IAMUser()), PolicyName: aws.String("sea-access"),
		})
		if err != nil || !strings.Contains(*answer.PolicyDocument, "127.0.0.1") {
			t.Errorf("the policy is %v, %v", answer, err)
		}
	})
}

func TestReconcileReplacesAForeignPolicy(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	set := b.generate(t)
	wide := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	_, err := b.cloud.IAM(nil).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
		UserName: aws.String(b.unit.IAMUser()), PolicyName: aws.String("sea-access"), PolicyDocument: &wide,
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Count(strings.Join(b.actions(t), " "), "credentials.policy_repaired"); got != 1 {
		t.Errorf("recorded %d times", got)
	}
	_, err = b.cloud.S3(nil, set.AccessKeyID, set.Secret).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: b.unit.SEABucket})
	if code(err) != "AccessDenied" {
		t.Errorf("the root: %v", err)
	}
	b.gate.Decide(func(call string, _ int) cloud.Fate {
		if call == "GetUserPolicy" {
			return cloud.Lost
		}
		return cloud.Pass
	})
	if err := b.Reconcile(t.Context()); err == nil {
		t.Error("nobody hears that IAM does not answer")
	}
}

func TestLastUseCountsWhatCameAfterTheProof(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	set := b.generate(t)
	if status := b.current(t); status.LastUsedAt != nil || len(status.Addresses) != 0 {
		t.Errorf("the portal's own proof is a use: %v from %v", status.LastUsedAt, status.Addresses)
	}
	if err := b.lists(t, set); err != nil {
		t.Fatal(err)
	}
	used := b.current(t).LastUsedAt
	if used == nil {
		t.Fatal("the first request is not seen")
	}
	later := used.Add(1)
	before := used.AddDate(0, 0, -1)
	seen := []models.IAMKeyAddress{
		{KeyID: set.AccessKeyID, Address: "203.0.113.7", FirstAt: *used, LastAt: used.AddDate(0, 0, 1), UsedAt: &later, Requests: 1},
		{KeyID: set.AccessKeyID, Address: "127.0.0.1", FirstAt: before, LastAt: before, UsedAt: &before, Requests: 1}, // the proof
	}
	if err := b.store.AddKeyAddresses(t.Context(), seen); err != nil {
		t.Fatal(err)
	}
	if status := b.current(t); len(status.Addresses) != 1 || status.Addresses[0].Address != "203.0.113.7" {
		t.Errorf("used from %+v", status.Addresses)
	}
	if err := b.Revoke(t.Context(), ada, b.unit, "", b.unit.Slug); err != nil {
		t.Fatal(err)
	}
	rows, err := b.store.HistoryFrom(t.Context(), 0, 1000)
	if err != nil || !strings.Contains(rows[len(rows)-1].Details, `"stopped_used_from":["203.0.113.7","127.0.0.1"]`) {
		t.Errorf("the history forgets where it was used: %v, %v", rows[len(rows)-1].Details, err)
	}
}
