package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestCloudKeys places files on MinIO, which encrypts with the keys of a KMS and expires objects by itself. It needs SEA_TEST_MINIO and
// SEA_TEST_BARE, the paths of two programs.
func TestCloudKeys(t *testing.T) {
	t.Parallel()
	there := minioServer(t, nil)
	in := install(t)
	in.flags = there.cloudFlags("--kms-key", "no-such-key")
	in.spawn(there.cloudEnv()...)
	if err := <-in.exited; exitCode(err) != 1 || !strings.Contains(in.out.String(), "S3 does not encrypt with --kms-key no-such-key") {
		t.Fatalf("with a key that nobody has, it ended with %v and said %s", err, in.out)
	}
	in.running = nil
	in.flags = there.cloudFlags("--kms-key", cloudKey)
	in.start(there.cloudEnv()...)
	admin := in.signedIn(adminEmail, "administrator")
	admin.createUnit("Atlas", storyUnit)
	admin.createUnit("Atlas the second", otherUnit) // under the same key
	there.root.put(t, storyUnit+"/a.wav", "one", map[string]string{"media-type": copied})
	there.root.put(t, storyUnit+"/b.wav", "two", map[string]string{"media-type": copied})
	tag(t, there.root, storyUnit+"/b.wav")
	admin.post(unitPath(storyUnit, "rules"), ruleForm("Recordings", copied, "copy")).want(http.StatusSeeOther)
	admin.waitPlaced(storyUnit, 2)

	rules, err := there.root.sdk().GetBucketLifecycleConfiguration(t.Context(), &s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String(cloudSEA)})
	if err != nil || !expiresMarked(rules.Rules) {
		t.Errorf("the lifecycle configuration is %+v, %v", rules, err)
	}
	a, b := storyUnit+"/a.wav", storyUnit+"/b.wav"
	for _, key := range []string{a, b} {
		head, err := there.root.sdk().HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(cloudSEA), Key: &key})
		if err != nil || head.ServerSideEncryption != types.ServerSideEncryptionAwsKms || !strings.HasSuffix(aws.ToString(head.SSEKMSKeyId), cloudKey) {
			t.Errorf("%s rests under %+v, %v", key, head, err)
		}
	}
	if got := tags(t, there.root, a) + " " + tags(t, there.root, b); got != "sea-expire=yes case=7&sea-expire=yes" {
		t.Errorf("the copies are marked %q", got)
	}
	placed := admin.keys(storyUnit, "placed")
	admin.post(unitPath(storyUnit, "files", placed["b.wav"].ID, "hold"), url.Values{"reason": {"a trial"}}).want(http.StatusSeeOther)
	if got := tags(t, there.root, b); got != "case=7" {
		t.Errorf("on hold, it is marked %q", got)
	}
	admin.post(unitPath(storyUnit, "files", placed["b.wav"].ID, "release"), nil).want(http.StatusSeeOther)
	if got := tags(t, there.root, b); got != "case=7&sea-expire=yes" {
		t.Errorf("released, it is marked %q", got)
	}
	downloaded(t, admin, map[string]string{"a.wav": "one"})
	wantSystem(t, admin, "S3 encrypts every file in SEA with the KMS key", "S3 deletes files after 32 days")
	in.stop()
}

// wantSystem looks for sentences on the System page.
func wantSystem(t *testing.T, admin *portal, wanted ...string) {
	t.Helper()
	page := admin.get("/system").want(http.StatusOK).text()
	for _, want := range wanted {
		if !strings.Contains(page, want) {
			t.Errorf("the System page does not say %q: %s", want, page)
		}
	}
}

func expiresMarked(rules []types.LifecycleRule) bool {
	for _, rule := range rules {
		if rule.Filter != nil && rule.Filter.Tag != nil && aws.ToString(rule.Filter.Tag.Key) == "sea-expire" && rule.Expiration != nil {
			return aws.ToInt32(rule.Expiration.Days) == 32
		}
	}
	return false
}

// tag gives a file of active storage a tag of its own.
func tag(t *testing.T, by account, key string) {
	t.Helper()
	_, err := by.sdk().PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{
		Bucket: &by.Bucket, Key: &key, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("case"), Value: aws.String("7")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tags are a placed file's.
func tags(t *testing.T, by account, key string) string {
	t.Helper()
	out, err := by.sdk().GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: aws.String(cloudSEA), Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	all := url.Values{}
	for _, tag := range out.TagSet {
		all.Set(*tag.Key, *tag.Value)
	}
	return all.Encode()
}

// TestCloudCheck walks the rights of an identity that has them all, and then of one that lacks some.
func TestCloudCheck(t *testing.T) {
	t.Parallel()
	there := otherServer(t)
	in := install(t)
	args := append([]string{"aws", "check"}, there.cloudFlags()[2:]...)
	out, err := in.tryAs(there.cloudEnv(), "", args...)
	if err != nil || !strings.Contains(out, "may do all that was tried") {
		t.Errorf("root: %v\n%s", err, out)
	}
	poor := there.identity(t, "limited", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":"arn:aws:s3:::*"}]}`)
	out, err = in.tryAs(poor, "", args...)
	for _, want := range []string{"MISSING", "s3:PutObject", "iam:CreateAccessKey", `"Resource": "arn:aws:iam::*:user/sea/*"`} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if exitCode(err) != 1 || strings.Contains(out, `"s3:ListBucket"`) {
		t.Errorf("an identity that may only list: %v\n%s", err, out)
	}
}
