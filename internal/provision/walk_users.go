package provision

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"seaportal/internal/policy"
)

// The IAM user that a walk works on. No business unit's can be named so: slugs
// have no underscore.
const (
	checkUser   = "sea_check"
	checkPolicy = "sea-access"
)

func (w Walker) walkUsers(ctx context.Context, t *trail) {
	user, on := aws.String(checkUser), w.users()
	_, err := w.IAM.CreateUser(ctx, &iam.CreateUserInput{UserName: user, Path: aws.String(UserPath)})
	t.try("iam:CreateUser", on, err)
	nothing, err := policy.Of(policy.Statement{Sid: "Nothing", Effect: policy.Deny, Action: []string{"*"}, Resource: policy.Resources{"*"}}).Text()
	if err == nil {
		_, err = w.IAM.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: user, PolicyName: aws.String(checkPolicy), PolicyDocument: &nothing})
	}
	confined := t.try("iam:PutUserPolicy", on, err)
	_, err = w.IAM.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: user, PolicyName: aws.String(checkPolicy)})
	t.try("iam:GetUserPolicy", on, err)
	_, err = w.IAM.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: user})
	t.try("iam:ListUserPolicies", on, err)
	_, err = w.IAM.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: user})
	t.try("iam:ListAccessKeys", on, err)
	if !confined {
		for _, right := range []string{"iam:CreateAccessKey", "iam:GetAccessKeyLastUsed", "iam:DeleteAccessKey"} {
			t.wait(right, on, "no key is made before its policy stands")
		}
		return
	}
	w.walkKey(ctx, t, on)
}

// walkKey makes an access key, of which nobody learns the secret, and deletes it.
func (w Walker) walkKey(ctx context.Context, t *trail, on string) {
	user := aws.String(checkUser)
	made, err := w.IAM.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user}, func(o *iam.Options) { o.Retryer = aws.NopRetryer{} })
	if !t.try("iam:CreateAccessKey", on, err) || err != nil {
		// A key of that id is nobody's: who may delete is told so.
		_, err = w.IAM.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: aws.String("AKIA0000000000000000")})
		t.try("iam:DeleteAccessKey", on, err)
		t.wait("iam:GetAccessKeyLastUsed", on, "no key could be made")
		return
	}
	_, err = w.IAM.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: made.AccessKey.AccessKeyId})
	t.try("iam:GetAccessKeyLastUsed", on, err)
	_, err = w.IAM.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: made.AccessKey.AccessKeyId})
	t.try("iam:DeleteAccessKey", on, err)
}

// walkKeys uses the keys that were named. A key of the portal's own is not made
// for a question: it would cost.
func (w Walker) walkKeys(ctx context.Context, t *trail) {
	if !w.KMS || w.Keys == nil {
		return
	}
	if w.Key == "" {
		for _, right := range makeKeys {
			t.skip(right, "*", "it would make a key; it is tried when SEA is enabled for a business unit")
		}
		for _, right := range useKeys {
			t.skip(right, w.keys(), "there is no key to try it on")
		}
	}
	for _, arn := range w.named() {
		w.walkNamed(ctx, t, arn)
	}
}

func (w Walker) walkNamed(ctx context.Context, t *trail, arn string) {
	found, err := w.Keys.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &arn})
	t.key("kms:DescribeKey", arn, err)
	if err == nil && !found.KeyMetadata.Enabled {
		t.calls = append(t.calls, Call{Right: "kms:GenerateDataKey", On: arn, Outcome: Unclear, Said: "the key is disabled"})
		return
	}
	about := map[string]string{"sea:test": "key"}
	data, err := w.Keys.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{KeyId: &arn, KeySpec: types.DataKeySpecAes256, EncryptionContext: about})
	t.key("kms:GenerateDataKey", arn, err)
	if err != nil {
		t.wait("kms:Decrypt", arn, "there is nothing to decrypt")
		return
	}
	_, err = w.Keys.Decrypt(ctx, &kms.DecryptInput{KeyId: &arn, CiphertextBlob: data.CiphertextBlob, EncryptionContext: about})
	t.key("kms:Decrypt", arn, err)
}

// key notes how a call about a key ended. One that does not exist is no matter of
// rights, but nothing will work with it.
func (t *trail) key(right, arn string, err error) {
	var missing *types.NotFoundException
	if errors.As(err, &missing) {
		t.calls = append(t.calls, Call{Right: right, On: arn, Outcome: Unclear, Said: "KMS knows no such key"})
		return
	}
	t.try(right, arn, err)
}
