package embedded_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3err"
)

// What is decided in the process is what versitygw's own IAM service decides.
func TestDecisionsAreThoseOfTheIAMService(t *testing.T) {
	t.Parallel()
	r := shared(t)
	key, _ := unitUser(t, r, "decided", r.bucket(t, "decided"), "unit")
	document := `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["s3:GetObject","s3:DeleteObject"],"Resource":"arn:aws:s3:::decided/${aws:username}/*"},
		{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::decided","Condition":{"StringLike":{"s3:prefix":["unit/*"]}}},
		{"Effect":"Allow","Action":"s3:GetBucketLocation","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}},
		{"Effect":"Allow","Action":"s3:GetObjectTagging","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"111111111111"}}},
		{"Effect":"Deny","Action":"s3:Delete*","Resource":"arn:aws:s3:::decided/*/kept"}]}`
	_, err := r.iam(t).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
		UserName: aws.String("sea-decided"), PolicyName: aws.String("sea"), PolicyDocument: &document,
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, action := range []string{"s3:GetObject", "s3:DeleteObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetObjectTagging", "s3:PutObject"} {
		for _, resource := range []string{"arn:aws:s3:::decided", "arn:aws:s3:::decided/sea-decided/a", "arn:aws:s3:::decided/sea-decided/kept", "arn:aws:s3:::decided/other/kept"} {
			for _, condition := range []map[string][]string{
				nil,
				{"s3:prefix": {"unit/a"}, "aws:SourceIp": {"198.51.100.7"}},
				{"s3:prefix": {"other/"}, "aws:SourceIp": {"192.0.2.1"}, "aws:PrincipalAccount": {"111111111111"}, "aws:username": {"other"}},
			} {
				decided, err := r.server.Decide(key, action, resource, condition)
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(decided.Here, decided.There) {
					t.Errorf("%s on %s with %v: %+v, the service says %+v", action, resource, condition, decided.Here, decided.There)
				}
				seen[fmt.Sprint(decided.There.Decisions)] = true
			}
		}
	}
	if len(seen) != 3 {
		t.Errorf("not every decision was made: %v", seen)
	}
	here, there, err := r.server.SigningKeys(key, "20261123")
	if err != nil || !bytes.Equal(here, there) {
		t.Errorf("the signing keys differ: %v", err)
	}
}

// A key that is deleted between the check of a signature and the decision is
// refused as any deleted key, and not answered as a fault of the server.
func TestAKeyDeletedBeforeTheDecisionIsUnknown(t *testing.T) {
	t.Parallel()
	r := shared(t)
	key, _ := unitUser(t, r, "overtaken", r.bucket(t, "overtaken"), "unit")
	if _, _, err := r.server.SigningKeys(key, "20261123"); err != nil {
		t.Fatal(err)
	}
	_, err := r.iam(t).DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String("sea-overtaken"), AccessKeyId: &key})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.server.Decide(key, "s3:GetObject", "arn:aws:s3:::overtaken/unit/a", nil)
	var answer s3err.S3Error
	if !errors.As(err, &answer) || answer.StatusCode() != http.StatusForbidden || answer.BaseError().Code != "InvalidAccessKeyId" {
		t.Errorf("answers %v", err)
	}
}

// What cannot be looked up is no proof that a key is gone.
func TestAKeyThatCannotBeLookedUpIsNotCalledUnknown(t *testing.T) {
	r := start(t, t.TempDir())
	key, _ := unitUser(t, r, "unread", r.bucket(t, "unread"), "unit")
	if err := r.db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.server.SigningKeys(key, "20261123"); err == nil || errors.Is(err, auth.ErrNoSuchUser) {
		t.Errorf("says %v", err)
	}
}
