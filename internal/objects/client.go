// Package objects owns every S3 call of the portal: list, head, copy, read,
// delete, presign. It turns S3's answers into plain values and its refusals
// into reasons; it knows nothing of rules, units or the database. Keys are
// whole object keys and may hold any bytes that S3 allows.
package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Client speaks to one S3 endpoint. It is safe for concurrent use.
type Client struct {
	s3      *s3.Client
	presign *s3.PresignClient
	largest int64  // bytes that one request copies
	part    int64  // bytes of a part above that
	page    *int32 // keys in a page of a listing; nil for as many as S3 gives
	lacks   Lacks
}

// New makes a client of an SDK client that has its endpoint, region and
// credentials.
func New(client *s3.Client) *Client {
	return &Client{s3: client, presign: s3.NewPresignClient(client), largest: LargestCopy, part: partSize}
}

// Object is one object as a listing shows it.
type Object struct {
	Key          string
	ETag         string // with its quotes, as S3 sends it
	Size         int64  // bytes
	LastModified time.Time
	StorageClass string // STANDARD where S3 names none
}

// Head is one object with what only a HEAD request tells.
type Head struct {
	Object
	Header
	Checksum Checksum
	KMSKey   string // ARN of the key that it rests under; empty when S3 names none
}

// Header is what an object answers with besides its bytes, and what a copy has
// to carry over. Metadata is the user metadata, its names in lower case without
// x-amz-meta-.
type Header struct {
	ContentType        string            `json:"content_type,omitempty"`
	CacheControl       string            `json:"cache_control,omitempty"`
	ContentDisposition string            `json:"content_disposition,omitempty"`
	ContentEncoding    string            `json:"content_encoding,omitempty"`
	ContentLanguage    string            `json:"content_language,omitempty"`
	Expires            string            `json:"expires,omitempty"`
	Metadata           map[string]string `json:"metadata,omitempty"`
}

// Head asks for one object. The error's Reason is NotFound when there is none.
func (c *Client) Head(ctx context.Context, bucket, key string) (Head, error) {
	out, err := c.s3.HeadObject(ctx, &s3.HeadObjectInput{
		Bucket: &bucket, Key: &key, ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil {
		return Head{}, fmt.Errorf("head %s/%q: %w", bucket, key, err)
	}
	return Head{
		Object: Object{
			Key: key, ETag: aws.ToString(out.ETag), Size: aws.ToInt64(out.ContentLength),
			LastModified: aws.ToTime(out.LastModified).UTC(), StorageClass: storageClass(string(out.StorageClass)),
		},
		Header: Header{
			ContentType: aws.ToString(out.ContentType), CacheControl: aws.ToString(out.CacheControl),
			ContentDisposition: aws.ToString(out.ContentDisposition), ContentEncoding: aws.ToString(out.ContentEncoding),
			ContentLanguage: aws.ToString(out.ContentLanguage), Expires: aws.ToString(out.ExpiresString),
			Metadata: out.Metadata,
		},
		Checksum: fullChecksum(out.ChecksumType, checksums{
			CRC64NVME: out.ChecksumCRC64NVME, SHA256: out.ChecksumSHA256, SHA1: out.ChecksumSHA1,
			CRC32: out.ChecksumCRC32, CRC32C: out.ChecksumCRC32C,
		}),
		KMSKey: encryptedBy(out.ServerSideEncryption, out.SSEKMSKeyId),
	}, nil
}

// storageClass names the class that S3 leaves out of a HEAD's answer.
func storageClass(class string) string {
	if class == "" {
		return string(types.StorageClassStandard)
	}
	return class
}

// Read opens an object's bytes as they are: whoever reads them compares them
// with the checksum, so that bytes which differ are told from an answer that
// broke off. With an ETag, the error's Reason is Precondition when other
// content stands there. The caller closes the reader.
func (c *Client) Read(ctx context.Context, bucket, key, ifMatch string) (io.ReadCloser, error) {
	out, err := c.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key, IfMatch: text(ifMatch)},
		func(o *s3.Options) { o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired })
	if err != nil {
		return nil, fmt.Errorf("read %s/%q: %w", bucket, key, err)
	}
	return out.Body, nil
}

// Delete removes an object. With an ETag it is conditional: the error's Reason
// is Precondition when other content stands there. Deleting what is not there
// succeeds without an ETag, and is NotFound or Precondition with one.
func (c *Client) Delete(ctx context.Context, bucket, key, ifMatch string) error {
	if err := c.still(ctx, bucket, key, ifMatch); err != nil {
		return err
	}
	in := &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}
	if ifMatch != "" {
		in.IfMatch = &ifMatch
	}
	if _, err := c.s3.DeleteObject(ctx, in); err != nil {
		return fmt.Errorf("delete %s/%q: %w", bucket, key, err)
	}
	return nil
}

// EnsureBucket makes the bucket unless it is there.
func (c *Client) EnsureBucket(ctx context.Context, bucket string) error {
	_, err := c.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket})
	var owned *types.BucketAlreadyOwnedByYou
	var exists *types.BucketAlreadyExists
	if err == nil || errors.As(err, &owned) || errors.As(err, &exists) {
		return nil
	}
	return fmt.Errorf("make bucket %s: %w", bucket, err)
}
