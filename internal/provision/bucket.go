package provision

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// Storage is an S3 server with the place that the portal has there.
type Storage struct {
	Place
	S3 *s3.Client
	// Secure says that the endpoint speaks TLS, Amazon that it is Amazon's own,
	// of which some things are known without asking.
	Secure, Amazon bool
}

// Prepare finds the buckets, makes the one for SEA where it is missing, and gives
// it the settings that it lacks. The error says which bucket cannot be used; what
// could not be set, or is set otherwise, is told by the State.
func (s Storage) Prepare(ctx context.Context) (State, error) {
	for _, bucket := range s.Active {
		found, err := s.find(ctx, bucket)
		if err != nil {
			return State{}, err
		}
		if !found {
			return State{}, fmt.Errorf("the bucket %s of --active-bucket does not exist: active storage is yours, make it first", bucket)
		}
	}
	found, err := s.find(ctx, s.SEA)
	if err != nil {
		return State{}, err
	}
	if !found {
		if err := s.create(ctx); err != nil {
			return State{}, err
		}
	}
	return s.settle(ctx)
}

// find tells whether a bucket is there for the portal to use.
func (s Storage) find(ctx context.Context, bucket string) (bool, error) {
	_, err := s.S3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	if err == nil {
		return true, nil
	}
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) {
		return false, fmt.Errorf("S3 does not answer for the bucket %s: %w", bucket, err)
	}
	region := answer.Response.Header.Get("X-Amz-Bucket-Region")
	switch status := answer.HTTPStatusCode(); {
	case status == http.StatusNotFound:
		return false, nil
	case region != "" && region != s.Region:
		return false, fmt.Errorf("the bucket %s is in the region %s: give --region %s", bucket, region, region)
	case status == http.StatusForbidden:
		return false, fmt.Errorf("the portal may not use the bucket %s: it belongs to somebody else, or s3:ListBucket is missing: "+
			"run `seaportal aws check`", bucket)
	}
	return false, fmt.Errorf("find the bucket %s: %w", bucket, err)
}

// create makes the bucket. Amazon wants to be told of every region but its first.
func (s Storage) create(ctx context.Context) error {
	in := &s3.CreateBucketInput{Bucket: &s.SEA}
	if s.Region != "us-east-1" {
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(s.Region)}
	}
	_, err := s.S3.CreateBucket(ctx, in)
	var ours *types.BucketAlreadyOwnedByYou // another process was faster
	var theirs *types.BucketAlreadyExists
	switch {
	case err == nil, errors.As(err, &ours):
		return nil
	case errors.As(err, &theirs):
		return fmt.Errorf("the bucket %s belongs to somebody else: choose another name for --sea-bucket", s.SEA)
	}
	return fmt.Errorf("make the bucket %s: %w", s.SEA, err)
}

// status is the answer's, 0 without an answer.
func status(err error) int {
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// implemented tells an answer about a setting, be it that there is none, from
// the answer that the server does not know the question.
func implemented(err error) bool {
	return err == nil || status(err) == http.StatusNotFound || status(err) == http.StatusForbidden
}

// absent tells whether a setting was never made.
func absent(err error) bool { return status(err) == http.StatusNotFound }

// word is the server's own word for a refusal.
func word(err error) string {
	var answer smithy.APIError
	if errors.As(err, &answer) {
		return answer.ErrorCode()
	}
	return "no answer"
}

func days(n int32) *int32 { return aws.Int32(n) }
