package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// guarded makes a check and the change that depends on it one step: at most
// one request at a time puts, completes, copies or deletes a given object. It
// adds the conditions that posix does not know: If-Match and If-None-Match on
// the target of a copy, `If-Match: *` on a deletion, and an ETag for each
// object of a batch deletion.
type guarded struct {
	layer
	locks *keyLocks
}

func newGuarded(inner layer) *guarded { return &guarded{layer: inner, locks: newKeyLocks()} }

// PutObject stores an object. The key is locked when the bytes have arrived,
// not before: a slow client must not hold up the removal of what is there.
func (g *guarded) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	if strings.HasSuffix(*in.Key, "/") { // a directory object has no bytes to wait for
		unlock, err := g.lock(ctx, *in.Bucket, *in.Key)
		if err != nil {
			return s3response.PutObjectOutput{}, err
		}
		defer unlock()
		return g.layer.PutObject(ctx, in)
	}
	unlock := func() {}
	defer func() { unlock() }()
	return g.PutObjectWithPostFunc(ctx, in, func(*os.File) error {
		release, err := g.lock(ctx, *in.Bucket, *in.Key)
		if err == nil {
			unlock = release
		}
		return err
	})
}

// CompleteMultipartUpload publishes an assembled object. A second call for the
// same upload waits for the first, instead of being told that all is well
// while the first still works.
func (g *guarded) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, string, error) {
	unlock, err := g.lock(ctx, *in.Bucket, *in.Key)
	if err != nil {
		return s3response.CompleteMultipartUploadResult{}, "", err
	}
	defer unlock()
	return g.layer.CompleteMultipartUpload(ctx, in)
}

// CopyObject copies an object when the request's conditions on the target
// hold, and else answers as S3 does: 412 PreconditionFailed.
func (g *guarded) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	unlock, err := g.lock(ctx, *in.Bucket, *in.Key)
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	defer unlock()
	ifMatch, ifNoneMatch := targetConditions(ctx)
	if ifMatch != nil || ifNoneMatch != nil {
		etag, exists, err := g.etag(ctx, *in.Bucket, *in.Key)
		if err != nil {
			return s3response.CopyObjectOutput{}, err
		}
		if err := backend.EvaluateObjectPutPreconditions(etag, ifMatch, ifNoneMatch, exists); err != nil {
			return s3response.CopyObjectOutput{}, err
		}
	}
	return g.layer.CopyObject(ctx, in)
}

// DeleteObject removes an object. posix compares If-Match with the ETag; here
// that becomes one step with the removal, and `If-Match: *` means any ETag.
func (g *guarded) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	unlock, err := g.lock(ctx, *in.Bucket, *in.Key)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if in.IfMatch != nil && *in.IfMatch == "*" {
		if err := g.matches(ctx, *in.Bucket, *in.Key, "*"); err != nil {
			return nil, err
		}
		unconditional := *in
		unconditional.IfMatch = nil
		in = &unconditional
	}
	return g.layer.DeleteObject(ctx, in)
}

// DeleteObjects removes objects, leaving alone those whose ETag is not the one
// that the request names for them.
func (g *guarded) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput) (s3response.DeleteResult, error) {
	names := make([]string, 0, len(in.Delete.Objects))
	for _, object := range in.Delete.Objects {
		names = append(names, lockName(*in.Bucket, aws.ToString(object.Key)))
	}
	unlock, err := g.locks.lock(ctx, names...)
	if err != nil {
		return s3response.DeleteResult{}, err
	}
	defer unlock()
	var refused []types.Error
	matching := make([]types.ObjectIdentifier, 0, len(in.Delete.Objects))
	for _, object := range in.Delete.Objects {
		if object.ETag != nil {
			if err := g.matches(ctx, *in.Bucket, aws.ToString(object.Key), *object.ETag); err != nil {
				refused = append(refused, s3err.ObjectDeleteError(object.Key, object.VersionId, err))
				continue
			}
		}
		matching = append(matching, object)
	}
	out, err := g.layer.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: in.Bucket, Delete: &types.Delete{Objects: matching}})
	if err != nil {
		return s3response.DeleteResult{}, err
	}
	out.Error = append(out.Error, refused...)
	return out, nil
}

// matches fails with PreconditionFailed unless the object is there and has
// the ETag; "*" stands for any.
func (g *guarded) matches(ctx context.Context, bucket, key, etag string) error {
	current, exists, err := g.etag(ctx, bucket, key)
	if err != nil {
		return err
	}
	if exists && (etag == "*" || backend.AreEtagsSame(current, etag)) {
		return nil
	}
	return s3err.GetPreconditionFailedErr(s3err.ConditionIfMatch)
}

func (g *guarded) etag(ctx context.Context, bucket, key string) (etag string, exists bool, err error) {
	head, err := g.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
	if errors.Is(err, s3err.GetAPIError(s3err.ErrNoSuchKey)) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	return aws.ToString(head.ETag), true, nil
}

func (g *guarded) lock(ctx context.Context, bucket, key string) (unlock func(), err error) {
	return g.locks.lock(ctx, lockName(bucket, key))
}

// lockName is one name for all keys that are the same file: a//b is a/b. It is
// a copy, for the strings of a request change under us once it is answered.
func lockName(bucket, key string) string {
	return strings.Clone(filepath.Join(bucket, key))
}
