package embedded

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"

	"seaportal/internal/keys/envelope"
)

// Parts of an upload rest encrypted too, each by a key of its own that comes
// from the upload's data key. When the upload is completed they are decrypted,
// and encrypted again as the one object that they are.

const uploadAttribute = "sea-upload"

// upload is what is kept of a multipart upload besides its parts.
type upload struct {
	DataKey []byte                                `json:"data_key"`
	Key     string                                `json:"key"` // ARN of the key that wraps it
	Object  s3response.CreateMultipartUploadInput `json:"object"`
}

// CreateMultipartUpload begins an upload. What the object is to have besides
// its content is kept here, so that posix has nothing to know of it.
func (e *encrypted) CreateMultipartUpload(ctx context.Context, in s3response.CreateMultipartUploadInput) (s3response.InitiateMultipartUploadResult, error) {
	if !e.covers(*in.Bucket) {
		return e.files.CreateMultipartUpload(ctx, in)
	}
	key, err := askedKey(ctx)
	if err != nil {
		return s3response.InitiateMultipartUploadResult{}, err
	}
	if _, err := backend.ParseObjectTags(aws.ToString(in.Tagging)); err != nil {
		return s3response.InitiateMultipartUploadResult{}, err
	}
	begun, err := e.files.CreateMultipartUpload(ctx, s3response.CreateMultipartUploadInput{
		Bucket: in.Bucket, Key: in.Key, ExpectedBucketOwner: in.ExpectedBucketOwner, ACL: in.ACL,
	})
	if err != nil {
		return begun, err
	}
	data, err := e.newDataKey(ctx, key, uploadName(*in.Bucket, begun.UploadId))
	if err == nil {
		err = e.keep(*in.Bucket, begun.UploadId, upload{DataKey: data.wrapped, Key: data.arn, Object: in})
	}
	if err != nil {
		// Nobody knows of it yet; what cannot be taken away is found by whoever lists uploads.
		_ = e.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: in.Bucket, Key: in.Key, UploadId: &begun.UploadId})
		return s3response.InitiateMultipartUploadResult{}, err
	}
	record{Key: data.arn}.answer(ctx)
	return begun, nil
}

func (e *encrypted) keep(bucket, id string, u upload) error {
	text, err := json.Marshal(u)
	if err != nil {
		return err
	}
	at := filepath.Join(uploadsOf(*u.Object.Key), id)
	if err := e.attributes.StoreAttribute(nil, bucket, at, uploadAttribute, text); err != nil {
		return fmt.Errorf("store how upload %s is encrypted: %w", id, err)
	}
	return e.syncObject(bucket, at)
}

// recall reads what is kept of an upload; NoSuchUpload when there is none.
func (e *encrypted) recall(bucket, key, id string) (upload, error) {
	text, err := e.attributes.RetrieveAttribute(nil, bucket, filepath.Join(uploadsOf(key), id), uploadAttribute)
	if errors.Is(err, meta.ErrNoSuchKey) || errors.Is(err, fs.ErrNotExist) {
		return upload{}, s3err.GetNoSuchUploadErr(id)
	}
	var u upload
	if err == nil {
		err = json.Unmarshal(text, &u)
	}
	if err != nil {
		return upload{}, fmt.Errorf("read how upload %s is encrypted: %w", id, err)
	}
	return u, nil
}

// uploadName is the context of an upload's data key.
func uploadName(bucket, id string) string { return bucket + "?uploadId=" + id }

// partKey is the key of one part.
func partKey(dataKey []byte, number int32) ([]byte, error) {
	return hkdf.Key(sha256.New, dataKey, nil, fmt.Sprintf("part %d of a multipart upload", number), envelope.KeySize)
}

// UploadPart stores a part encrypted.
func (e *encrypted) UploadPart(ctx context.Context, in *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
	if !e.covers(*in.Bucket) {
		return e.files.UploadPart(ctx, in)
	}
	kept, err := e.recall(*in.Bucket, *in.Key, *in.UploadId)
	if err != nil {
		return nil, err
	}
	key, err := e.partKey(ctx, kept, in)
	if err != nil {
		return nil, err
	}
	content, err := newContent(s3response.PutObjectInput{
		Body: in.Body, ChecksumAlgorithm: in.ChecksumAlgorithm, ChecksumCRC32: in.ChecksumCRC32, ChecksumCRC32C: in.ChecksumCRC32C,
		ChecksumCRC64NVME: in.ChecksumCRC64NVME, ChecksumSHA1: in.ChecksumSHA1, ChecksumSHA256: in.ChecksumSHA256,
	})
	if err != nil {
		return nil, err
	}
	body, err := envelope.Encrypt(content, key)
	if err != nil {
		return nil, err
	}
	out, err := e.files.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: in.Bucket, Key: in.Key, UploadId: in.UploadId, PartNumber: in.PartNumber,
		Body: body, ContentLength: aws.Int64(envelope.Size(aws.ToInt64(in.ContentLength))),
	})
	if err != nil {
		return nil, err
	}
	all := content.sum().fields()
	record{Key: kept.Key}.answer(ctx)
	return &s3.UploadPartOutput{
		ETag: out.ETag, ChecksumCRC32: all.ChecksumCRC32, ChecksumCRC32C: all.ChecksumCRC32C,
		ChecksumCRC64NVME: all.ChecksumCRC64NVME, ChecksumSHA1: all.ChecksumSHA1, ChecksumSHA256: all.ChecksumSHA256,
	}, nil
}

func (e *encrypted) partKey(ctx context.Context, kept upload, in *s3.UploadPartInput) ([]byte, error) {
	data, err := e.unwrap(ctx, kept.DataKey, uploadName(*in.Bucket, *in.UploadId))
	if err != nil {
		return nil, err
	}
	return partKey(data, *in.PartNumber)
}

// UploadPartCopy makes a part of an object, or of a range of it.
func (e *encrypted) UploadPartCopy(ctx context.Context, in *s3.UploadPartCopyInput) (s3response.CopyPartResult, error) {
	bucket, key, version, err := backend.ParseCopySource(*in.CopySource)
	if err != nil {
		return s3response.CopyPartResult{}, err
	}
	if !e.covers(*in.Bucket) && !e.covers(bucket) {
		return e.files.UploadPartCopy(ctx, in)
	}
	if err := e.mayCopy(ctx, bucket, version, in.ExpectedSourceBucketOwner); err != nil {
		return s3response.CopyPartResult{}, err
	}
	source, _, err := e.get(ctx, &s3.GetObjectInput{
		Bucket: &bucket, Key: &key, Range: aws.String(aws.ToString(in.CopySourceRange)),
		IfMatch: in.CopySourceIfMatch, IfNoneMatch: in.CopySourceIfNoneMatch,
		IfModifiedSince: in.CopySourceIfModifiedSince, IfUnmodifiedSince: in.CopySourceIfUnmodifiedSince,
	})
	if err != nil {
		return s3response.CopyPartResult{}, err
	}
	if source.Body == nil {
		return s3response.CopyPartResult{}, s3err.GetAPIError(s3err.ErrInvalidRequest)
	}
	defer func() { _ = source.Body.Close() }()
	length := aws.ToInt64(source.ContentLength)
	size := length
	if source.ContentRange != nil {
		_, size = rangeOf(*source.ContentRange, length)
	}
	if _, _, err := backend.ParseCopySourceRange(size, aws.ToString(in.CopySourceRange)); err != nil {
		return s3response.CopyPartResult{}, err // of a form, or an end, that a GET would take
	}
	if length > maxCopy {
		return s3response.CopyPartResult{}, s3err.GetCopySourceObjectTooLargeErr(maxCopy)
	}
	out, err := e.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: in.Bucket, Key: in.Key, UploadId: in.UploadId, PartNumber: in.PartNumber, Body: source.Body, ContentLength: &length,
	})
	if err != nil {
		return s3response.CopyPartResult{}, err
	}
	made, err := e.modified(*in.Bucket, partOf(*in.Key, *in.UploadId, *in.PartNumber))
	return s3response.CopyPartResult{ETag: out.ETag, LastModified: made}, err
}

// ListParts lists the parts of an upload by the sizes of their contents.
func (e *encrypted) ListParts(ctx context.Context, in *s3.ListPartsInput) (s3response.ListPartsResult, error) {
	out, err := e.files.ListParts(ctx, in)
	if err != nil || !e.covers(*in.Bucket) {
		return out, err
	}
	for i := range out.Parts {
		if out.Parts[i].Size, err = envelope.ContentSize(out.Parts[i].Size); err != nil {
			return s3response.ListPartsResult{}, damagedObject()
		}
	}
	return out, nil
}

// modified is when a file was last written.
func (e *encrypted) modified(bucket, name string) (time.Time, error) {
	info, err := os.Stat(e.path(bucket, name))
	if err != nil {
		return time.Time{}, fmt.Errorf("look at %s/%s: %w", bucket, name, err)
	}
	return info.ModTime().UTC(), nil
}
