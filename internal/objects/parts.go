package objects

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
)

const (
	// LargestCopy is the size in bytes up to which one CopyObject request
	// copies (Amazon S3: 5 GiB).
	LargestCopy = 5 << 30
	// partSize keeps an object of S3's largest size, 5 TiB, below S3's 10,000
	// parts.
	partSize    = 640 << 20
	partsInWork = 4
)

// copyParts copies an object that is too large for one request. Parts that
// were copied are taken away when the copy does not complete; what a crash
// leaves is taken away by AbortUploads.
func (c *Client) copyParts(ctx context.Context, in CopyInput) (Copied, error) {
	upload, err := c.beginUpload(ctx, in)
	if err != nil {
		return Copied{}, fmt.Errorf("begin copy in parts to %s/%q: %w", in.Bucket, in.Key, err)
	}
	copied, err := c.finishUpload(ctx, in, upload)
	if err != nil {
		_, abortErr := c.s3.AbortMultipartUpload(context.WithoutCancel(ctx), &s3.AbortMultipartUploadInput{
			Bucket: &in.Bucket, Key: &in.Key, UploadId: &upload,
		})
		err = fmt.Errorf("copy in parts to %s/%q: %w", in.Bucket, in.Key, err)
		// An upload that is already complete cannot be aborted, which is well.
		if reason := ReasonOf(abortErr); reason != None && reason != NotFound {
			err = fmt.Errorf("%w; its parts stay: %s", err, abortErr.Error()) // as text: the reason is the first error's
		}
		return Copied{}, err
	}
	return copied, nil
}

// beginUpload starts the upload with the source's header and tags, since
// nothing of them is copied with parts. It names no checksum: S3 then makes a
// CRC64NVME over the whole object by itself, and the embedded server, asked for
// one, takes the source's own for that of each part.
func (c *Client) beginUpload(ctx context.Context, in CopyInput) (string, error) {
	tagging, err := c.tagging(ctx, in)
	if err != nil {
		return "", err
	}
	head := in.header()
	out, err := c.s3.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &in.Bucket, Key: &in.Key, Metadata: head.Metadata, Tagging: text(tagging),
		ContentType: text(head.ContentType), CacheControl: text(head.CacheControl),
		ContentDisposition: text(head.ContentDisposition), ContentEncoding: text(head.ContentEncoding),
		ContentLanguage: text(head.ContentLanguage), Expires: expiry(head.Expires),
		ServerSideEncryption: in.encryption(), SSEKMSKeyId: text(in.KMSKey), BucketKeyEnabled: in.bucketKey(),
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.UploadId), nil
}

// finishUpload copies the parts, some at a time, and completes the upload onto
// a free key. Each part is copied only while the source's ETag is the same.
func (c *Client) finishUpload(ctx context.Context, in CopyInput, upload string) (Copied, error) {
	count := int((in.Source.Size + c.part - 1) / c.part)
	parts := make([]types.CompletedPart, count)
	group, copying := errgroup.WithContext(ctx)
	group.SetLimit(partsInWork)
	for i := range count {
		group.Go(func() error {
			number, first := int32(i+1), int64(i)*c.part //nolint:gosec // at most 10,000
			last := min(first+c.part, in.Source.Size) - 1
			out, err := c.s3.UploadPartCopy(copying, &s3.UploadPartCopyInput{
				Bucket: &in.Bucket, Key: &in.Key, UploadId: &upload, PartNumber: &number,
				CopySource: in.source(), CopySourceIfMatch: &in.Source.ETag,
				CopySourceRange: aws.String(fmt.Sprintf("bytes=%d-%d", first, last)),
			})
			if err != nil {
				return fmt.Errorf("part %d: %w", number, err)
			}
			if out.CopyPartResult == nil {
				return fmt.Errorf("part %d: %w", number, errEmpty)
			}
			parts[i] = types.CompletedPart{PartNumber: &number, ETag: out.CopyPartResult.ETag}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return Copied{}, err
	}
	out, err := c.s3.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &in.Bucket, Key: &in.Key, UploadId: &upload, IfNoneMatch: aws.String("*"),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}, once)
	if err != nil {
		return Copied{}, err
	}
	return c.reported(ctx, in, Copied{
		ETag:     aws.ToString(out.ETag),
		Checksum: fullChecksum(out.ChecksumType, checksums{CRC64NVME: out.ChecksumCRC64NVME}),
		KMSKey:   encryptedBy(out.ServerSideEncryption, out.SSEKMSKeyId),
	})
}
