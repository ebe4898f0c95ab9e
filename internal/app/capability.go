package app

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/handlers"
)

// capabilities asks the S3 server once what it can do beyond storing objects.
// Without an answer a capability counts as missing.
func (s storage) capabilities(ctx context.Context) []handlers.Capability {
	bucket := aws.String(SEABucket)
	_, lifecycle := s.s3.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: bucket})
	_, encryption := s.s3.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: bucket})
	_, block := s.s3.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: bucket})
	return []handlers.Capability{
		capability("Expiry by S3", implemented(lifecycle),
			"S3 would delete files after their 30 days even if the portal were not running.",
			"The portal deletes files after their 30 days: it has to run."),
		capability("Encryption by S3", implemented(encryption),
			"Files are encrypted at rest with the keys that the buckets name.",
			"This server stores files as they are: encrypt the disk under the data directory."),
		capability("Public access block", implemented(block),
			"S3 itself refuses to make the buckets public.",
			"The buckets are private because nobody is given a policy that opens them."),
	}
}

func capability(name string, has bool, with, without string) handlers.Capability {
	if has {
		return handlers.Capability{Name: name, Has: true, Text: with}
	}
	return handlers.Capability{Name: name, Text: without}
}

// implemented tells an answer about a setting, be it that there is none, from
// the answer that the server does not know the question.
func implemented(err error) bool {
	var answer *awshttp.ResponseError
	if err == nil {
		return true
	}
	return errors.As(err, &answer) &&
		(answer.HTTPStatusCode() == http.StatusNotFound || answer.HTTPStatusCode() == http.StatusForbidden)
}
