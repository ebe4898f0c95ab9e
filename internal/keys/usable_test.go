package keys_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/keys"
	"seaportal/internal/store/storetest"
)

// guardedKMS stands for AWS KMS where IAM refuses a call: Local refuses nobody.
type guardedKMS struct {
	*keys.Local
	refuses string
}

var errDenied = &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized"}

func (g guardedKMS) GenerateDataKey(ctx context.Context, in *kms.GenerateDataKeyInput, opts ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error) {
	if g.refuses == "kms:GenerateDataKey" {
		return nil, errDenied
	}
	return g.Local.GenerateDataKey(ctx, in, opts...)
}

func (g guardedKMS) Decrypt(ctx context.Context, in *kms.DecryptInput, opts ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	if g.refuses == "kms:Decrypt" {
		return nil, errDenied
	}
	return g.Local.Decrypt(ctx, in, opts...)
}

func TestAKeyThatThePortalMayNotUseIsRefusedWithWhatGrantsIt(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	l, u := local(t, s), unit(t, s, "emea")
	arn := made(t, l)
	for _, right := range []string{"kms:GenerateDataKey", "kms:Decrypt"} {
		service := &keys.Service{Store: s, KMS: guardedKMS{l, right}, Clock: clock.Real, Region: l.Region}
		err := service.Choose(t.Context(), ada, u, u.LockVersion, keys.Choice{Use: "arn", ARN: arn})
		var lacks *keys.Ungranted
		if !errors.As(err, &lacks) || !strings.Contains(fault.Fields(err)["arn"], right) {
			t.Fatalf("without %s: %v", right, err)
		}
		for _, want := range []string{right, `"Resource": "` + arn + `"`, `"Effect": "Allow"`} {
			if !strings.Contains(lacks.Policy, want) {
				t.Errorf("without %s the policy has no %s: %s", right, want, lacks.Policy)
			}
		}
	}
}

func TestAKeyOfAnotherRegionIsRefused(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	l, u := local(t, s), unit(t, s, "emea")
	service := &keys.Service{Store: s, KMS: l, Clock: clock.Real, Region: "us-east-1"}
	err := service.Choose(t.Context(), ada, u, u.LockVersion, keys.Choice{Use: "arn", ARN: made(t, l)})
	if got := fault.Fields(err)["arn"]; !strings.Contains(got, "eu-central-1") || !strings.Contains(got, "us-east-1") {
		t.Errorf("refused with %q, %v", got, err)
	}
}
