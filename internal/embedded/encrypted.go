package embedded

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/s3response"

	"seaportal/internal/keys/envelope"
)

// DataKeys are the two calls of KMS that encryption needs; a *kms.Client has
// them.
type DataKeys interface {
	GenerateDataKey(ctx context.Context, in *kms.GenerateDataKeyInput, opts ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error)
	Decrypt(ctx context.Context, in *kms.DecryptInput, opts ...func(*kms.Options)) (*kms.DecryptOutput, error)
}

// Encryption says what rests encrypted.
type Encryption struct {
	// Buckets hold encrypted objects only, but for those that were there before.
	Buckets []string
	Keys    DataKeys
	// DefaultKey encrypts what is written without a word about a key.
	DefaultKey func(ctx context.Context) (arn string, err error)
}

func (e *Encryption) covers(bucket string) bool {
	return e != nil && slices.Contains(e.Buckets, bucket)
}

// encrypted keeps the objects of some buckets encrypted at rest, as S3 does
// with SSE-KMS: each has a data key of its own, which KMS made and wrapped
// under the key that the request names, with the object's name as its context.
// Clients see the sizes, checksums and ranges of the content. The ETag is no
// MD5, and its form says so. An object's record tells how it is encrypted;
// what has none is given as it is.
type encrypted struct {
	files
	*Encryption
	attributes meta.MetadataStorer
}

// files is the layer below, which knows where things rest.
type files interface {
	layer
	path(bucket, key string) string
	size(bucket, key string) (int64, error) // in bytes, of the file
	syncObject(bucket, key string) error
}

// PutObject stores an object encrypted.
func (e *encrypted) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	return e.PutObjectWithPostFunc(ctx, in, func(*os.File) error { return nil })
}

// PutObjectWithPostFunc stores an object encrypted. What has no bytes, a
// folder's marker, needs no encryption.
func (e *encrypted) PutObjectWithPostFunc(ctx context.Context, in s3response.PutObjectInput, staged func(*os.File) error) (s3response.PutObjectOutput, error) {
	if !e.covers(*in.Bucket) || strings.HasSuffix(*in.Key, "/") {
		return e.files.PutObjectWithPostFunc(ctx, in, staged)
	}
	key, err := askedKey(ctx)
	if err != nil {
		return s3response.PutObjectOutput{}, err
	}
	return e.put(ctx, in, key, "", staged)
}

// put stores an object under a key; upload is the id of the multipart upload
// that it was assembled from.
func (e *encrypted) put(
	ctx context.Context, in s3response.PutObjectInput, key, upload string, staged func(*os.File) error,
) (s3response.PutObjectOutput, error) {
	data, err := e.newDataKey(ctx, key, objectName(*in.Bucket, *in.Key))
	if err != nil {
		return s3response.PutObjectOutput{}, err
	}
	content, err := newContent(in)
	if err != nil {
		return s3response.PutObjectOutput{}, err
	}
	body, err := envelope.Encrypt(content, data.plain)
	if err != nil {
		return s3response.PutObjectOutput{}, err
	}
	in.Body, in.ContentLength = resting{body}, aws.Int64(envelope.Size(aws.ToInt64(in.ContentLength)))
	bare(&in)
	rec := record{Key: data.arn, DataKey: data.wrapped, Upload: upload}
	out, err := e.files.PutObjectWithPostFunc(ctx, in, func(file *os.File) error {
		rec.Size = content.size
		if err := rec.seal(data.plain, content.sum()); err != nil {
			return err
		}
		if err := e.store(file, *in.Bucket, *in.Key, rec); err != nil {
			return fmt.Errorf("store how %s is encrypted: %w", objectName(*in.Bucket, *in.Key), err)
		}
		return staged(file)
	})
	if err != nil {
		return s3response.PutObjectOutput{}, err
	}
	rec.answer(ctx)
	return shown(out, rec.Size, content.sum()), nil
}

// shown is the answer to a PUT as its client must see it.
func shown(out s3response.PutObjectOutput, size int64, sum sum) s3response.PutObjectOutput {
	out.ETag, out.Size = markETag(out.ETag), &size
	all := sum.fields()
	out.ChecksumCRC32, out.ChecksumCRC32C, out.ChecksumCRC64NVME = all.ChecksumCRC32, all.ChecksumCRC32C, all.ChecksumCRC64NVME
	out.ChecksumSHA1, out.ChecksumSHA256 = all.ChecksumSHA1, all.ChecksumSHA256
	return out
}

// bare takes the content's own checksums off a request: what is stored is not
// the content.
func bare(in *s3response.PutObjectInput) {
	in.ChecksumAlgorithm = ""
	in.ChecksumCRC32, in.ChecksumCRC32C, in.ChecksumCRC64NVME, in.ChecksumSHA1, in.ChecksumSHA256 = nil, nil, nil, nil, nil
	in.ChecksumSHA512, in.ChecksumMD5, in.ChecksumXXHASH64, in.ChecksumXXHASH3, in.ChecksumXXHASH128 = nil, nil, nil, nil, nil
}

// size is an object's size as clients see it.
func (e *encrypted) size(bucket, key string) (int64, error) {
	if e.covers(bucket) {
		if rec, ok, err := e.load(nil, bucket, key); ok || err != nil {
			return rec.Size, err
		}
	}
	return e.files.size(bucket, key)
}
