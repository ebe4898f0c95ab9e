package credential_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/credential"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
)

const wantPolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "List", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": "arn:aws:s3:::sea",
      "Condition": {"StringLike": {"s3:prefix": ["bu1", "bu1/", "bu1/*"]}}
    },
    {"Sid": "Locate", "Effect": "Allow", "Action": ["s3:GetBucketLocation"], "Resource": "arn:aws:s3:::sea"},
    {
      "Sid": "Files", "Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObject"],
      "Resource": "arn:aws:s3:::sea/bu1/*"
    }
  ]
}`

func grant(bucket, prefix string) credential.Grant {
	return credential.Grant{Region: cloud.Region, Bucket: bucket, Prefix: prefix}
}

func TestPolicyGrantsOneFolderAndNothingElse(t *testing.T) {
	t.Parallel()
	got, err := credential.Policy(grant("sea", "bu1/"))
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Compact(&want, []byte(wantPolicy)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), got); diff != "" {
		t.Error(diff)
	}
}

func TestPolicyNamesAllowedAddressesOnceAndFillsTheLimit(t *testing.T) {
	t.Parallel()
	open, err := credential.Policy(grant("sea", "bu1/"))
	if err != nil {
		t.Fatal(err)
	}
	var allowed []string
	var got string
	for {
		wider := grant("sea", "bu1/")
		wider.Allowed = append(allowed, fmt.Sprintf("203.0.113.%d/32", len(allowed)%250))
		next, err := credential.Policy(wider)
		var long credential.PolicyTooLong
		if errors.As(err, &long) {
			if long.Limit != 2048 || long.Length <= long.Limit {
				t.Errorf("refused with %+v", long)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		allowed, got = append(allowed, fmt.Sprintf("203.0.113.%d/32", len(allowed)%250)), next
	}
	if len(allowed) < 60 {
		t.Errorf("only %d ranges fit", len(allowed))
	}
	if head := strings.TrimSuffix(open, "]}"); !strings.HasPrefix(got, head) || strings.Count(got, "203.0.113.7/32") != 1 {
		t.Errorf("the statements that allow changed, or addresses stand twice: %s", got)
	}
	if !strings.Contains(got, `{"Sid":"Elsewhere","Effect":"Deny","Action":["s3:*"],"Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["203`) {
		t.Error(got)
	}
}

func TestPolicyNamesThePartitionOfTheRegion(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-central-1": "arn:aws:s3", "cn-north-1": "arn:aws-cn:s3", "us-gov-west-1": "arn:aws-us-gov:s3",
	} {
		if got, err := credential.Policy(credential.Grant{Region: region, Bucket: "sea", Prefix: "a/"}); err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %s, %v", region, got, err)
		}
	}
}

func TestPolicyRefusesWhatItCannotSay(t *testing.T) {
	t.Parallel()
	const limit = 2048
	long := strings.Repeat("b", 63)
	fits := 0
	for length := 1; length <= 512; length++ {
		got, err := credential.Policy(grant(long, strings.Repeat("p", length)+"/"))
		if err != nil {
			break
		}
		if fits = length; len(got) > limit {
			t.Fatalf("a prefix of %d gives %d characters", length, len(got))
		}
	}
	if fits < 60 || fits > 450 {
		t.Errorf("the longest prefix that fits has %d characters", fits)
	}
	for name, place := range map[string][2]string{
		"no slash": {"sea", "bu1"}, "root": {"sea", "/"}, "no prefix": {"sea", ""}, "no bucket": {"", "bu1/"},
		"star": {"sea", "bu*/"}, "mark": {"sea", "b?/"}, "variable": {"sea", "${aws:username}/"},
	} {
		if got, err := credential.Policy(grant(place[0], place[1])); err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestASetReachesItsOwnLocationOnly(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	b := setUp(t, db)
	neighbour := setUpAt(t, db, b.unit.Slug+"0")
	root := b.cloud.Operator(nil)
	for _, key := range []string{*b.unit.SEAPrefix + "a", *neighbour.unit.SEAPrefix + "a"} {
		_, err := root.PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: aws.String(cloud.SEABucket), Key: &key, Body: strings.NewReader("content"),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	set := b.generate(t)
	client := b.cloud.S3(nil, set.AccessKeyID, set.Secret)
	for _, call := range calls(client, *b.unit.SEAPrefix, *neighbour.unit.SEAPrefix) {
		t.Run(call.name, func(t *testing.T) {
			err := call.do(t)
			if call.allowed && err != nil {
				t.Errorf("refused: %v", err)
			}
			if got := code(err); !call.allowed && got != "AccessDenied" && got != "Forbidden" {
				t.Errorf("answered %v", err)
			}
		})
	}
}

type call struct {
	name    string
	allowed bool
	do      func(t *testing.T) error
}

// calls are what a partner may and may not do; own and other are SEA prefixes.
// They run in order: the last one that is allowed deletes the file.
func calls(client *s3.Client, own, other string) []call {
	bucket := aws.String(cloud.SEABucket)
	list := func(prefix string) func(*testing.T) error {
		return func(t *testing.T) error {
			_, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket, Prefix: &prefix})
			return err
		}
	}
	get := func(key string) func(*testing.T) error {
		return func(t *testing.T) error {
			answer, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: &key})
			if err == nil {
				err = answer.Body.Close()
			}
			return err
		}
	}
	remove := func(key string) func(*testing.T) error {
		return func(t *testing.T) error {
			_, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: &key})
			return err
		}
	}
	put := func(key string) func(*testing.T) error {
		return func(t *testing.T) error {
			_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader("x")})
			return err
		}
	}
	folder := strings.TrimSuffix(own, "/")
	return []call{
		{"list the folder", true, list(own)},
		{"list the folder without its slash", true, list(folder)},
		{"list in the folder", true, list(own + "a")},
		{"get", true, get(own + "a")},
		{"bucket location", true, func(t *testing.T) error {
			_, err := client.GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: bucket})
			return err
		}},
		{"list the root", false, list("")},
		{"list a prefix of the prefix", false, list(folder[:len(folder)-1])},
		{"list the neighbour", false, list(other)},
		{"get from the neighbour", false, get(other + "a")},
		{"delete from the neighbour", false, remove(other + "a")},
		{"put", false, put(own + "b")},
		{"overwrite", false, put(own + "a")},
		{"copy", false, func(t *testing.T) error {
			_, err := client.CopyObject(t.Context(), &s3.CopyObjectInput{
				Bucket: bucket, Key: aws.String(own + "c"), CopySource: aws.String(cloud.SEABucket + "/" + own + "a"),
			})
			return err
		}},
		{"start an upload", false, func(t *testing.T) error {
			_, err := client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: aws.String(own + "d")})
			return err
		}},
		{"delete", true, remove(own + "a")},
	}
}
