package keys

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"seaportal/internal/fault"
	"seaportal/internal/policy"
)

// Ungranted is the fault of a key that the portal may not use. Policy is the
// document that grants it, for people to paste.
type Ungranted struct {
	error
	Policy string
}

// Unwrap gives the fault itself.
func (u *Ungranted) Unwrap() error { return u.error }

// ungranted says which right on a key was refused.
func ungranted(key, does, right string, cause error) error {
	refused := badARN(fmt.Sprintf("The portal may not %s with this key (%s): it needs %s.", does, reason(cause), right))
	text, err := policy.Of(policy.Statement{
		Sid: "UseTheKey", Effect: policy.Allow, Action: []string{"kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"}, Resource: policy.Resources{key},
	}).Indented()
	if err != nil {
		return refused
	}
	return &Ungranted{error: refused, Policy: text}
}

func badARN(msg string) error { return fault.BadInput(fault.Field{Name: "arn", Msg: msg}) }

// usable checks that a key exists, is enabled, lies where the files do, and does
// what it is needed for: to wrap a data key and to unwrap it again.
func (s *Service) usable(ctx context.Context, key string) (string, error) {
	if key == "" || len(key) > maxARN || !strings.HasPrefix(key, "arn:") || !strings.Contains(key, ":kms:") {
		return "", badARN("Enter the ARN of a KMS key, such as arn:aws:kms:eu-central-1:111122223333:key/1234abcd-….")
	}
	// Another server's names of keys are no whole ARNs, and lie nowhere.
	if at, err := arn.Parse(key); err == nil && s.Region != "" && at.Region != s.Region {
		return "", badARN(fmt.Sprintf("This key is in the region %s, and the files are in %s: S3 encrypts with keys of its own region only.", at.Region, s.Region))
	}
	switch s.look(ctx, key).State {
	case Missing:
		return "", badARN("KMS knows no such key. Check the account and the id.")
	case Disabled:
		return "", badARN("This key is disabled. Enable it in KMS, then save again.")
	case Enabled, Unavailable: // who may not describe a key may still use it
	}
	test := map[string]string{"sea:test": "key"}
	made, err := s.KMS.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{KeyId: &key, KeySpec: types.DataKeySpecAes256, EncryptionContext: test})
	if err != nil {
		return "", ungranted(key, "encrypt", "kms:GenerateDataKey", err)
	}
	if _, err := s.KMS.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: made.CiphertextBlob, EncryptionContext: test}); err != nil {
		return "", ungranted(key, "decrypt", "kms:Decrypt", err)
	}
	return aws.ToString(made.KeyId), nil
}
