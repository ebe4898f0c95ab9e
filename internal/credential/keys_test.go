package credential_test

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/credential"
	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
	"seaportal/models"
)

const someKey = "arn:aws:kms:eu-central-1:111122223333:key/5b9e9a4e-6f1c-4d6a-9a51-0d0e8a3f7c11"

// withKeys makes the service name keys in its policies.
func (b *bench) withKeys(keys func() []string) {
	b.Service = credential.New(credential.Config{
		Store: b.store, IAM: b.cloud.IAM(b.gate), Endpoint: b.cloud.Endpoint(), Region: cloud.Region,
		S3: func(accessKeyID string, secret sealed.Plain) *s3.Client {
			return b.cloud.S3(b.gate, accessKeyID, secret)
		},
		Keys: func(context.Context, models.BusinessUnit) ([]string, error) { return keys(), nil },
		Own:  b.cloud.Operator(b.gate), Log: slog.New(slog.DiscardHandler),
	})
}

func (b *bench) policy(t *testing.T) string {
	t.Helper()
	answer, err := b.cloud.IAM(nil).GetUserPolicy(t.Context(), &iam.GetUserPolicyInput{
		UserName: aws.String(b.unit.IAMUser()), PolicyName: aws.String("sea-access"),
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := url.PathUnescape(*answer.PolicyDocument)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestPolicyLetsS3DecryptWithExactlyTheKeysOfTheFiles(t *testing.T) {
	t.Parallel()
	with := grant("sea", "bu1/")
	with.Keys = []string{someKey, someKey + "2"}
	got, err := credential.Policy(with)
	want := `{"Sid":"Keys","Effect":"Allow","Action":["kms:Decrypt"],"Resource":["` + someKey + `","` + someKey + `2"],` +
		`"Condition":{"StringEquals":{"kms:ViaService":["s3.eu-central-1.amazonaws.com"]}}}`
	if err != nil || !strings.Contains(got, want) {
		t.Errorf("%s, %v", got, err)
	}
	with.Keys = []string{"arn:aws:kms:eu-central-1:111122223333:key/*"}
	if got, err := credential.Policy(with); err == nil {
		t.Errorf("every key: %s", got)
	}
	for len(with.Keys) < 30 {
		with.Keys = append(with.Keys, someKey)
	}
	with.Keys = with.Keys[1:]
	if _, err := credential.Policy(with); err == nil {
		t.Error("29 keys fit")
	}
}

// Files come and go, and the policy with them: that is nobody's tampering.
func TestThePolicyFollowsTheKeysQuietly(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	var mu sync.Mutex
	keys := []string{someKey + "b", someKey + "a", someKey + "b"}
	set := func(now ...string) {
		mu.Lock()
		defer mu.Unlock()
		keys = now
	}
	b.withKeys(func() []string {
		mu.Lock()
		defer mu.Unlock()
		return keys
	})
	b.generate(t)
	if got := b.policy(t); !strings.Contains(got, `["`+someKey+`a","`+someKey+`b"]`) {
		t.Errorf("generated: %s", got)
	}
	set(someKey + "a")
	if err := b.PermitKey(t.Context(), b.unit, someKey+"c"); err != nil {
		t.Fatal(err)
	}
	if got := b.policy(t); !strings.Contains(got, `["`+someKey+`a","`+someKey+`c"]`) {
		t.Errorf("with a key to come: %s", got)
	}
	for _, check := range b.checks(t) {
		if check.Name == "Policy" && check.Outcome != credential.Noted {
			t.Errorf("the test says %+v", check)
		}
	}
	for range 2 {
		if err := b.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.policy(t); !strings.Contains(got, `"Resource":"`+someKey+`a"`) {
		t.Errorf("reconciled: %s", got)
	}
	if strings.Contains(strings.Join(b.actions(t), " "), "policy_repaired") {
		t.Error("its own policy is taken for a foreign one")
	}
}

func TestAKeyForWhichThereIsNoRoomIsRefused(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	var keys []string
	for range 25 {
		keys = append(keys, someKey+strings.Repeat("x", len(keys)))
	}
	b.withKeys(func() []string { return keys })
	if err := b.PermitKey(t.Context(), b.unit, someKey+"new"); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	var nowhere models.BusinessUnit
	if err := b.PermitKey(t.Context(), nowhere, someKey); err != nil {
		t.Errorf("a unit without a location: %v", err)
	}
	b.gate.Decide(func(string, int) cloud.Fate { return cloud.Lost })
	b.patience(0)
	if err := b.PermitKey(t.Context(), b.unit, someKey); err != nil {
		t.Errorf("where no right is needed: %v", err)
	}
}

func (b *bench) checks(t *testing.T) []credential.Check {
	t.Helper()
	checks, err := b.TestConnection(t.Context(), b.unit)
	if err != nil {
		t.Fatal(err)
	}
	return checks
}
