package e2e

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// account is what an S3 client is configured with. A partner's has the place where its files are; the operator's has none.
type account struct {
	ID, Secret, Endpoint, Region string
	Bucket, Prefix               string // prefix ends in a slash
	signer                       *authority
}

// locate splits a file location, `bucket/prefix/`, as the credentials page shows it.
func (a *account) locate(t *testing.T, location string) {
	t.Helper()
	bucket, prefix, ok := strings.Cut(location, "/")
	if !ok || prefix == "" || !strings.HasSuffix(prefix, "/") || strings.HasSuffix(prefix, "//") {
		t.Fatalf("file location %q is not bucket/prefix/", location)
	}
	a.Bucket, a.Prefix = bucket, prefix
}

// url is the place as the command line clients name it.
func (a account) url() string { return "s3://" + a.Bucket + "/" + a.Prefix }

// listing asks for the account's place.
func (a account) listing() *s3.ListObjectsV2Input {
	return &s3.ListObjectsV2Input{Bucket: &a.Bucket, Prefix: &a.Prefix}
}

// sdk is a client of the AWS SDK with this account, that answers errors at once.
func (a account) sdk() *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(a.Endpoint), Region: a.Region, UsePathStyle: true, RetryMaxAttempts: 1,
		HTTPClient:  &http.Client{Transport: a.signer.transport()},
		Credentials: credentials.NewStaticCredentialsProvider(a.ID, a.Secret, ""),
	})
}

// list is every key below a prefix of a bucket, without the prefix.
func (a account) list(t *testing.T, bucket, prefix string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	pages := s3.NewListObjectsV2Paginator(a.sdk(), &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatalf("list %s/%s: %v", bucket, prefix, err)
		}
		for _, object := range page.Contents {
			out[strings.TrimPrefix(*object.Key, prefix)] = *object.Size
		}
	}
	return out
}

// put stores a small object with metadata in the account's bucket, as any program would.
func (a account) put(t *testing.T, key, body string, metadata map[string]string) {
	t.Helper()
	_, err := a.sdk().PutObject(t.Context(), &s3.PutObjectInput{Bucket: &a.Bucket, Key: &key, Body: strings.NewReader(body), Metadata: metadata})
	if err != nil {
		t.Fatalf("put %s/%s: %v", a.Bucket, key, err)
	}
}

// remove deletes an object.
func (a account) remove(t *testing.T, bucket, key string) {
	t.Helper()
	if _, err := a.sdk().DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}); err != nil {
		t.Fatalf("remove %s/%s: %v", bucket, key, err)
	}
}

// refusal is one thing that a partner must not be able to do.
type refusal struct {
	name string
	call func(ctx context.Context, c *s3.Client) error
}

// wantRefusals tries what a partner may not do, with another unit's place as one of the targets.
func (a account) wantRefusals(t *testing.T, other account) {
	t.Helper()
	inside := a.Prefix + "planted.txt"
	refusals := []refusal{
		{"list the buckets", func(ctx context.Context, c *s3.Client) error {
			_, err := c.ListBuckets(ctx, &s3.ListBucketsInput{})
			return err
		}},
		{"list the bucket's root", func(ctx context.Context, c *s3.Client) error {
			_, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &a.Bucket})
			return err
		}},
		{"list another unit's folder", func(ctx context.Context, c *s3.Client) error {
			_, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &other.Bucket, Prefix: &other.Prefix})
			return err
		}},
		{"list a sibling that begins alike", func(ctx context.Context, c *s3.Client) error {
			_, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &a.Bucket, Prefix: aws.String(strings.TrimSuffix(a.Prefix, "/") + "2/")})
			return err
		}},
		{"list active storage", func(ctx context.Context, c *s3.Client) error {
			_, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("active")})
			return err
		}},
		{"read another unit's file", func(ctx context.Context, c *s3.Client) error {
			_, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: &other.Bucket, Key: aws.String(other.Prefix + "theirs.txt")})
			return err
		}},
		{"write", func(ctx context.Context, c *s3.Client) error {
			_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: &a.Bucket, Key: &inside, Body: strings.NewReader("x")})
			return err
		}},
		{"copy inside its folder", func(ctx context.Context, c *s3.Client) error {
			_, err := c.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &a.Bucket, Key: &inside, CopySource: aws.String(a.Bucket + "/" + a.Prefix + "x")})
			return err
		}},
		{"start a multipart upload", func(ctx context.Context, c *s3.Client) error {
			_, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &a.Bucket, Key: &inside})
			return err
		}},
	}
	for _, r := range refusals {
		if code := errorCode(r.call(t.Context(), a.sdk())); code != "AccessDenied" {
			t.Errorf("%s: %q, not AccessDenied", r.name, code)
		}
	}
}

// errorCode is S3's own word for what went wrong, empty when nothing did.
func errorCode(err error) string {
	if err == nil {
		return ""
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return err.Error()
}
