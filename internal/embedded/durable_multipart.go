package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3response"
)

// Parts are synced although no object shows them yet: CompleteMultipartUpload
// trusts the recorded ETag of a part, and would publish the zeros that a power
// cut left of its bytes.

// CreateMultipartUpload begins an upload durably.
func (d *durable) CreateMultipartUpload(ctx context.Context, in s3response.CreateMultipartUploadInput) (s3response.InitiateMultipartUploadResult, error) {
	above := d.dirs.begin(d.path(*in.Bucket, uploadsOf(*in.Key)))
	defer d.dirs.end(above)
	above.trusted = false // an upload that broke off may have made the upper ones, and synced none
	out, err := d.layer.CreateMultipartUpload(ctx, in)
	if err != nil {
		d.dirs.abandon(above)
		return s3response.InitiateMultipartUploadResult{}, err
	}
	if err := d.syncObject(*in.Bucket, filepath.Join(uploadsOf(*in.Key), out.UploadId)); err != nil {
		return s3response.InitiateMultipartUploadResult{}, err
	}
	if err := d.syncSidecar(*in.Bucket, uploadsOf(*in.Key)); err != nil {
		return s3response.InitiateMultipartUploadResult{}, err
	}
	if err := d.dirs.settle(above); err != nil {
		return s3response.InitiateMultipartUploadResult{}, fmt.Errorf("sync directories of upload %s: %w", out.UploadId, err)
	}
	return out, nil
}

// UploadPart stores a part durably.
func (d *durable) UploadPart(ctx context.Context, in *s3.UploadPartInput) (out *s3.UploadPartOutput, err error) {
	err = d.publish(*in.Bucket, partOf(*in.Key, *in.UploadId, *in.PartNumber), func() error {
		out, err = d.layer.UploadPart(ctx, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// UploadPartCopy copies a part durably.
func (d *durable) UploadPartCopy(ctx context.Context, in *s3.UploadPartCopyInput) (out s3response.CopyPartResult, err error) {
	err = d.publish(*in.Bucket, partOf(*in.Key, *in.UploadId, *in.PartNumber), func() error {
		out, err = d.layer.UploadPartCopy(ctx, in)
		return err
	})
	if err != nil {
		return s3response.CopyPartResult{}, err
	}
	return out, nil
}

// CompleteMultipartUpload publishes the assembled object durably. It also
// removes the parts with their directories, which need not be durable: what a
// power cut leaves of them belongs to no object.
func (d *durable) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (out s3response.CompleteMultipartUploadResult, version string, err error) {
	err = d.publish(*in.Bucket, *in.Key, func() error {
		return d.retryingBranch(*in.Bucket, *in.Key, func() error {
			return d.dirs.removing(func() error {
				out, version, err = d.layer.CompleteMultipartUpload(ctx, in)
				return err
			}, d.path(*in.Bucket, filepath.Join(uploadsOf(*in.Key), *in.UploadId)))
		})
	})
	if err != nil {
		return s3response.CompleteMultipartUploadResult{}, "", err
	}
	return out, version, nil
}

// AbortMultipartUpload removes the parts with their directories.
func (d *durable) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput) error {
	return d.dirs.removing(func() error {
		return d.layer.AbortMultipartUpload(ctx, in)
	}, d.path(*in.Bucket, filepath.Join(uploadsOf(*in.Key), *in.UploadId)))
}

// uploadsOf is the directory, below the bucket, of all uploads for a key:
// versitygw names it by the key's SHA-256.
func uploadsOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(posix.MetaTmpMultipartDir, hex.EncodeToString(sum[:]))
}

func partOf(key, uploadID string, number int32) string {
	return filepath.Join(uploadsOf(key), uploadID, strconv.Itoa(int(number)))
}
