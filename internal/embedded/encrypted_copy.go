package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// CopyObject copies the content of an object: it is decrypted where it comes
// from, and encrypted where it goes to. A copy onto itself changes the header
// only, as ever.
func (e *encrypted) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	bucket, key, version, err := backend.ParseCopySource(*in.CopySource)
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	if !e.covers(*in.Bucket) && !e.covers(bucket) {
		return e.files.CopyObject(ctx, in)
	}
	if objectName(bucket, key) == objectName(*in.Bucket, *in.Key) {
		return e.touch(ctx, in)
	}
	if err := e.mayCopy(ctx, bucket, version, in.ExpectedSourceBucketOwner); err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	for range branchAttempts {
		out, err := e.copyContent(ctx, in, bucket, key)
		if !errors.Is(err, slowDown()) { // the folders were taken away meanwhile: the body can be read again
			return out, err
		}
	}
	return s3response.CopyObjectOutput{}, slowDown()
}

func (e *encrypted) copyContent(ctx context.Context, in s3response.CopyObjectInput, bucket, key string) (s3response.CopyObjectOutput, error) {
	source, _, err := e.get(ctx, &s3.GetObjectInput{
		Bucket: &bucket, Key: &key, Range: aws.String(""), ChecksumMode: types.ChecksumModeEnabled,
		IfMatch: in.CopySourceIfMatch, IfNoneMatch: in.CopySourceIfNoneMatch,
		IfModifiedSince: in.CopySourceIfModifiedSince, IfUnmodifiedSince: in.CopySourceIfUnmodifiedSince,
	})
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	if source.Body == nil { // a folder has no bytes
		source.Body = io.NopCloser(eof{})
	}
	defer func() { _ = source.Body.Close() }()
	if aws.ToInt64(source.ContentLength) > maxCopy {
		return s3response.CopyObjectOutput{}, s3err.GetCopySourceObjectTooLargeErr(maxCopy)
	}
	put, err := e.putOf(ctx, in, source, bucket, key)
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	made, err := e.PutObjectWithPostFunc(ctx, put, func(*os.File) error { return nil })
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	at, err := e.modified(*in.Bucket, *in.Key)
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	return s3response.CopyObjectOutput{CopyObjectResult: &s3response.CopyObjectResult{
		ETag: &made.ETag, LastModified: &at, ChecksumType: made.ChecksumType,
		ChecksumCRC32: made.ChecksumCRC32, ChecksumCRC32C: made.ChecksumCRC32C, ChecksumCRC64NVME: made.ChecksumCRC64NVME,
		ChecksumSHA1: made.ChecksumSHA1, ChecksumSHA256: made.ChecksumSHA256,
	}, CopySourceVersionId: aws.String("")}, nil
}

// putOf is the PUT that a copy comes to: header and tags are the source's,
// unless the request brings its own.
func (e *encrypted) putOf(
	ctx context.Context, in s3response.CopyObjectInput, source *s3.GetObjectOutput, bucket, key string,
) (s3response.PutObjectInput, error) {
	put := s3response.PutObjectInput{
		Bucket: in.Bucket, Key: in.Key, Body: source.Body, ContentLength: source.ContentLength,
		ChecksumAlgorithm: in.ChecksumAlgorithm, WebsiteRedirectLocation: in.WebsiteRedirectLocation,
		ObjectLockRetainUntilDate: in.ObjectLockRetainUntilDate, ObjectLockMode: in.ObjectLockMode,
		ObjectLockLegalHoldStatus: in.ObjectLockLegalHoldStatus,
	}
	if put.ChecksumAlgorithm == "" {
		put.ChecksumAlgorithm = sumOf(source).algorithm
	}
	if in.MetadataDirective == types.MetadataDirectiveReplace {
		put.ContentType, put.ContentEncoding, put.ContentDisposition = in.ContentType, in.ContentEncoding, in.ContentDisposition
		put.ContentLanguage, put.CacheControl, put.Expires, put.Metadata = in.ContentLanguage, in.CacheControl, in.Expires, in.Metadata
	} else {
		put.ContentType, put.ContentEncoding, put.ContentDisposition = source.ContentType, source.ContentEncoding, source.ContentDisposition
		put.ContentLanguage, put.CacheControl, put.Expires = source.ContentLanguage, source.CacheControl, source.ExpiresString
		put.Metadata = source.Metadata
	}
	if in.TaggingDirective == types.TaggingDirectiveReplace {
		put.Tagging = in.Tagging
		return put, nil
	}
	if aws.ToInt32(source.TagCount) == 0 {
		return put, nil
	}
	tags, err := e.GetObjectTagging(ctx, bucket, key, "")
	if err != nil {
		return put, fmt.Errorf("read the source's tags: %w", err)
	}
	all := url.Values{}
	for name, value := range tags {
		all.Set(name, value)
	}
	put.Tagging = aws.String(all.Encode())
	return put, nil
}

// touch changes the header of an object by copying it onto itself. Its bytes
// stay, and with them the checksum.
func (e *encrypted) touch(ctx context.Context, in s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	rec, ok, err := e.load(nil, *in.Bucket, *in.Key)
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	if !ok {
		return e.files.CopyObject(ctx, in)
	}
	in.ChecksumAlgorithm = ""
	out, err := e.files.CopyObject(ctx, in)
	if err != nil {
		return out, err
	}
	sum, err := e.checksum(ctx, *in.Bucket, *in.Key, rec)
	if err != nil {
		return out, err
	}
	all, result := sum.fields(), out.CopyObjectResult
	result.ChecksumCRC32, result.ChecksumCRC32C, result.ChecksumCRC64NVME = all.ChecksumCRC32, all.ChecksumCRC32C, all.ChecksumCRC64NVME
	result.ChecksumSHA1, result.ChecksumSHA256, result.ChecksumType = all.ChecksumSHA1, all.ChecksumSHA256, types.ChecksumTypeFullObject
	rec.answer(ctx)
	return out, nil
}

// mayCopy checks what a copy says of its source besides the object.
func (e *encrypted) mayCopy(ctx context.Context, bucket, version string, owner *string) error {
	if version != "" { // there are no versions here
		return s3err.GetInvalidArgumentErr(s3err.InvalidArgVersionId, version)
	}
	if aws.ToString(owner) == "" {
		return nil
	}
	list, err := e.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: &bucket})
	if err != nil {
		return err
	}
	acl, err := auth.ParseACL(list)
	if err == nil && acl.Owner != *owner {
		err = s3err.GetAPIError(s3err.ErrAccessDenied)
	}
	return err
}

// sumOf is the checksum that an answer shows, if any.
func sumOf(out *s3.GetObjectOutput) sum {
	algorithm, value := storedChecksum(&s3.HeadObjectOutput{
		ChecksumCRC64NVME: out.ChecksumCRC64NVME, ChecksumCRC32: out.ChecksumCRC32, ChecksumCRC32C: out.ChecksumCRC32C,
		ChecksumSHA1: out.ChecksumSHA1, ChecksumSHA256: out.ChecksumSHA256,
	})
	return sum{types.ChecksumAlgorithm(algorithm), value}
}

// eof is nothing to read.
type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }
