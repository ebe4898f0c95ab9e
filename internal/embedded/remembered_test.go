package embedded_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// A bucket's policy holds from the answer to its change on, and so does its
// end; a bucket made anew has none of the former one's.
func TestABucketPolicyHoldsAtOnce(t *testing.T) {
	t.Parallel()
	r := shared(t)
	bucket := r.bucket(t, "policed")
	key, secret := unitUser(t, r, "policed", bucket, "unit")
	unit, operator := r.s3(t, key, secret), r.operator(t)
	reads := func() string { return code(get(t, unit, bucket, "unit/a")) }
	denied := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"}]}`, bucket)
	for range 3 {
		put(t, operator, bucket, "unit/a", "a")
		if got := reads(); got != "" {
			t.Fatalf("without a policy: %s", got)
		}
		if _, err := operator.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &denied}); err != nil {
			t.Fatal(err)
		}
		if got := reads(); got != "AccessDenied" {
			t.Errorf("denied: %q", got)
		}
		if kept, err := operator.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: &bucket}); err != nil || aws.ToString(kept.Policy) != denied {
			t.Errorf("the policy is %v, %v", kept, err)
		}
		if _, err := operator.DeleteBucketPolicy(t.Context(), &s3.DeleteBucketPolicyInput{Bucket: &bucket}); err != nil {
			t.Fatal(err)
		}
		if got := reads(); got != "" {
			t.Errorf("allowed again: %q", got)
		}
		if _, err := operator.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &denied}); err != nil {
			t.Fatal(err)
		}
		if _, err := operator.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: aws.String("unit/a")}); err != nil {
			t.Fatal(err)
		}
		if _, err := operator.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: &bucket}); err != nil {
			t.Fatal(err)
		}
		if got := reads(); got != "NoSuchBucket" {
			t.Errorf("without the bucket: %q", got)
		}
		r.bucket(t, bucket)
	}
}
