package embedded_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// unitPolicy is the policy of a business unit: its prefix, no writes.
func unitPolicy(bucket, prefix string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[
{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::%[1]s","Condition":{"StringLike":{"s3:prefix":["%[2]s","%[2]s/","%[2]s/*"]}}},
{"Effect":"Allow","Action":"s3:GetBucketLocation","Resource":"arn:aws:s3:::%[1]s"},
{"Effect":"Allow","Action":["s3:GetObject","s3:DeleteObject"],"Resource":"arn:aws:s3:::%[1]s/%[2]s/*"}]}`, bucket, prefix)
}

// unitUser makes a user with the policy of a unit and one key.
func unitUser(t testing.TB, r *rig, name, bucket, prefix string) (key, secret string) {
	t.Helper()
	client, user := r.iam(t), aws.String("sea-"+name)
	if _, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: user, Path: aws.String("/sea/")}); err != nil {
		t.Fatal(err)
	}
	_, err := client.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
		UserName: user, PolicyName: aws.String("sea"), PolicyDocument: aws.String(unitPolicy(bucket, prefix)),
	})
	if err != nil {
		t.Fatal(err)
	}
	made, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: user})
	if err != nil {
		t.Fatal(err)
	}
	return *made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey
}

func lastUsedOf(key string) *iam.GetAccessKeyLastUsedInput {
	return &iam.GetAccessKeyLastUsedInput{AccessKeyId: &key}
}

func TestAUnitSeesItsPrefixAndNothingElse(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket := r.bucket(t, "policy")
	for _, key := range []string{"p/a", "p/sub/b", "p10/a", "q/a"} {
		put(t, r.operator(t), bucket, key, "x")
	}
	key, secret := unitUser(t, r, "policy", bucket, "p")
	client, ctx := r.s3(t, key, secret), t.Context()
	list := func(prefix string) error {
		_, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
		return err
	}
	remove := func(key string) error {
		_, err := client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: &key})
		return err
	}
	for _, prefix := range []string{"p", "p/", "p/sub/"} {
		if err := list(prefix); err != nil {
			t.Errorf("list %q: %v", prefix, err)
		}
	}
	if err := get(t, client, bucket, "p/sub/b"); err != nil {
		t.Errorf("get: %v", err)
	}
	if _, err := client.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: &bucket}); err != nil {
		t.Errorf("location: %v", err)
	}
	_, listBuckets := client.ListBuckets(ctx, nil)
	_, write := client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("p/new"), Body: strings.NewReader("x")})
	_, copied := client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &bucket, Key: aws.String("p/new"), CopySource: aws.String(bucket + "/p/a")})
	for what, err := range map[string]error{
		"list root": list(""), "list sibling": list("p10/"), "list other": list("q/"), "list buckets": listBuckets,
		"get sibling": get(t, client, bucket, "p10/a"), "get other": get(t, client, bucket, "q/a"),
		"put": write, "copy": copied, "delete other": remove("q/a"),
	} {
		if code(err) != "AccessDenied" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := remove("p/a"); err != nil {
		t.Errorf("delete its own: %v", err)
	}
}

func TestARevokedKeyIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket := r.bucket(t, "revoked")
	put(t, r.operator(t), bucket, "u/a", "x")
	user := aws.String("sea-revoked")
	old, oldSecret := unitUser(t, r, "revoked", bucket, "u")
	for range 3 { // the cache is warm
		if err := get(t, r.s3(t, old, oldSecret), bucket, "u/a"); err != nil {
			t.Fatal(err)
		}
	}
	made, err := r.iam(t).CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: user})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.iam(t).DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: &old}); err != nil {
		t.Fatal(err)
	}
	if got := code(get(t, r.s3(t, old, oldSecret), bucket, "u/a")); got != "InvalidAccessKeyId" {
		t.Errorf("deleted key: %q", got)
	}
	key, secret := *made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey
	if err := get(t, r.s3(t, key, secret), bucket, "u/a"); err != nil {
		t.Errorf("the other key: %v", err)
	}
	if got := code(get(t, r.s3(t, key, "not the secret"), bucket, "u/a")); got != "SignatureDoesNotMatch" {
		t.Errorf("a live key with a wrong secret: %q", got)
	}
	status := &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: &key, Status: iamtypes.StatusTypeInactive}
	if _, err := r.iam(t).UpdateAccessKey(t.Context(), status); err != nil {
		t.Fatal(err)
	}
	if got := code(get(t, r.s3(t, key, secret), bucket, "u/a")); got != "InvalidAccessKeyId" {
		t.Errorf("inactive key: %q", got)
	}
}

func TestAChangedPolicyBindsAtOnce(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket := r.bucket(t, "repolicy")
	put(t, r.operator(t), bucket, "u/a", "x")
	key, secret := unitUser(t, r, "repolicy", bucket, "u")
	if err := get(t, r.s3(t, key, secret), bucket, "u/a"); err != nil {
		t.Fatal(err)
	}
	_, err := r.iam(t).DeleteUserPolicy(t.Context(), &iam.DeleteUserPolicyInput{UserName: aws.String("sea-repolicy"), PolicyName: aws.String("sea")})
	if err != nil {
		t.Fatal(err)
	}
	if got := code(get(t, r.s3(t, key, secret), bucket, "u/a")); got != "AccessDenied" {
		t.Errorf("without a policy: %q", got)
	}
}

func TestIAMHasTheLimitsAndErrorsOfAWS(t *testing.T) {
	t.Parallel()
	r := shared(t)
	client, ctx, user := r.iam(t), t.Context(), aws.String("sea-limits")
	createUser := func(name string) error {
		_, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
		return err
	}
	createKey := func() (string, error) {
		out, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user})
		if err != nil {
			return "", err
		}
		return *out.AccessKey.AccessKeyId, nil
	}
	deleteKey := func(key string) error {
		_, err := client.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: &key})
		return err
	}
	putPolicy := func(name string, size int) error {
		document := unitPolicy("b", strings.Repeat("p", 100))
		document += strings.Repeat(" ", max(0, size-len(document)))
		_, err := client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: user, PolicyName: &name, PolicyDocument: &document})
		return err
	}
	deletePolicy := func(name string) error {
		_, err := client.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: user, PolicyName: &name})
		return err
	}
	deleteUser := func() error {
		_, err := client.DeleteUser(ctx, &iam.DeleteUserInput{UserName: user})
		return err
	}
	step := func(what string, err error, want string) {
		t.Helper()
		if got := code(err); got != want {
			t.Errorf("%s: %q, want %q (%v)", what, got, want, err)
		}
	}
	step("key of nobody", func() error { _, err := createKey(); return err }(), "NoSuchEntity")
	step("delete nobody", deleteUser(), "NoSuchEntity")
	step("create", createUser("sea-limits"), "")
	step("create again", createUser("SEA-Limits"), "EntityAlreadyExists")
	one, err := createKey()
	step("first key", err, "")
	two, err := createKey()
	step("second key", err, "")
	_, err = createKey()
	step("third key", err, "LimitExceeded")
	step("policy of 2,048 bytes", putPolicy("a", 2048), "")
	step("the same again", putPolicy("a", 2048), "")
	step("one more", putPolicy("b", 600), "LimitExceeded")
	step("delete with policy", deleteUser(), "DeleteConflict")
	step("delete policy", deletePolicy("a"), "")
	step("delete policy again", deletePolicy("a"), "NoSuchEntity")
	step("delete with keys", deleteUser(), "DeleteConflict")
	step("delete one", deleteKey(one), "")
	step("delete one again", deleteKey(one), "NoSuchEntity")
	listed, err := client.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: user})
	step("list keys", err, "")
	if len(listed.AccessKeyMetadata) != 1 || *listed.AccessKeyMetadata[0].AccessKeyId != two {
		t.Errorf("keys: %+v", listed.AccessKeyMetadata)
	}
	unused, err := client.GetAccessKeyLastUsed(ctx, lastUsedOf(two))
	if err != nil || unused.AccessKeyLastUsed.LastUsedDate != nil {
		t.Errorf("a key that was never used: %+v, %v", unused, err)
	}
	step("delete two", deleteKey(two), "")
	step("delete", deleteUser(), "")
	step("last use of a deleted key", func() error { _, err := client.GetAccessKeyLastUsed(ctx, lastUsedOf(two)); return err }(), "NoSuchEntity")
}

func TestRenamedUserKeepsItsKey(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket := r.bucket(t, "renamed")
	put(t, r.operator(t), bucket, "u/a", "x")
	key, secret := unitUser(t, r, "renamed", bucket, "u")
	_, err := r.iam(t).UpdateUser(t.Context(), &iam.UpdateUserInput{UserName: aws.String("sea-renamed"), NewUserName: aws.String("sea-anew")})
	if err != nil {
		t.Fatal(err)
	}
	if err := get(t, r.s3(t, key, secret), bucket, "u/a"); err != nil {
		t.Error(err)
	}
	users, err := r.iam(t).ListUsers(t.Context(), &iam.ListUsersInput{PathPrefix: aws.String("/sea/"), MaxItems: aws.Int32(1)})
	if err != nil || len(users.Users) != 1 {
		t.Errorf("a page of users: %+v, %v", users, err)
	}
}

func TestWhatThePortalDoesNotNeedIsRefused(t *testing.T) {
	t.Parallel()
	r := shared(t)
	client, ctx := r.iam(t), t.Context()
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
	_, role := client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("r"), AssumeRolePolicyDocument: &trust})
	_, read := client.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("r")})
	_, tags := client.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("tagged"), Tags: []iamtypes.Tag{{Key: aws.String("a"), Value: aws.String("b")}}})
	for what, got := range map[string]struct {
		err  error
		want string
	}{
		"create role": {role, "InvalidAction"}, "get role": {read, "NoSuchEntity"}, "tags": {tags, "InvalidInput"},
	} {
		if code(got.err) != got.want {
			t.Errorf("%s: %v", what, got.err)
		}
	}
	roles, err := client.ListRoles(ctx, nil)
	if err != nil || len(roles.Roles) != 0 {
		t.Errorf("roles: %+v, %v", roles, err)
	}
}
