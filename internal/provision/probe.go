package provision

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seaportal/internal/objects"
)

// scratchFolder is where objects stand for the time of a question. No business
// unit's location can begin like that: slugs have no underscore.
const scratchFolder = "sea_scratch/"

// scratch names an object that nobody else knows.
func scratch() string { return scratchFolder + strings.ToLower(rand.Text()) }

// encrypts tells whether S3 encrypts with KMS keys. Where one key was named, it is
// tried: some servers take the request and encrypt nothing.
func (s Storage) encrypts(ctx context.Context, state State) (bool, error) {
	if s.Key == "" || !s.KMS {
		return s.KMS && state.Encryption, nil
	}
	key := scratch()
	out, err := s.S3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &s.SEA, Key: &key, Body: strings.NewReader("sea"),
		ServerSideEncryption: types.ServerSideEncryptionAwsKms, SSEKMSKeyId: &s.Key, BucketKeyEnabled: aws.Bool(true),
	})
	if err != nil {
		return false, fmt.Errorf("S3 does not encrypt with --kms-key %s: it answered %s: %w", s.Key, word(err), err)
	}
	if err := s.drop(ctx, key); err != nil {
		return false, err
	}
	if out.ServerSideEncryption != types.ServerSideEncryptionAwsKms {
		return false, fmt.Errorf("S3 took --kms-key %s and did not encrypt with it: this server knows no keys, leave the flag out", s.Key)
	}
	return true, nil
}

// lacks finds out which conditions the server ignores. Amazon's ignores none.
func (s Storage) lacks(ctx context.Context) (objects.Lacks, error) {
	if s.Amazon {
		return objects.Lacks{}, nil
	}
	source, target := scratch(), scratch()
	var found objects.Lacks
	for _, key := range []string{source, target} {
		if _, err := s.S3.PutObject(ctx, &s3.PutObjectInput{Bucket: &s.SEA, Key: &key, Body: strings.NewReader("sea")}); err != nil {
			return found, fmt.Errorf("write to the bucket %s: %w", s.SEA, err)
		}
	}
	_, err := s.S3.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: &s.SEA, Key: &target, CopySource: aws.String(s.SEA + "/" + source), IfNoneMatch: aws.String("*"),
	})
	found.ConditionalCopy = objects.ReasonOf(err) != objects.Precondition
	_, err = s.S3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.SEA, Key: &source, IfMatch: aws.String(`"00000000000000000000000000000000"`)})
	found.ConditionalDelete = objects.ReasonOf(err) != objects.Precondition
	for _, key := range []string{source, target} {
		if err := s.drop(ctx, key); err != nil {
			return found, err
		}
	}
	return found, nil
}

func (s Storage) drop(ctx context.Context, key string) error {
	if _, err := s.S3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.SEA, Key: &key}); err != nil {
		return fmt.Errorf("delete from the bucket %s: %w", s.SEA, err)
	}
	return nil
}
