package objects

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// PlacementMark is the user metadata that names the placement which made a
// copy, so that after a crash ours is told from a stranger's.
const PlacementMark = "sea-placement"

// CopyInput says what to copy where. Source is the source as it was seen: the
// copy happens only while its ETag is the same, and only onto a free key.
// Content type, metadata and tags are kept; Mark is added as PlacementMark.
// KMSKey is the ARN of the key that S3 is to encrypt the copy with; empty leaves
// that to S3. Expire marks the copy with ExpireTag.
type CopyInput struct {
	SourceBucket string
	Source       Head
	Bucket, Key  string
	Mark         string
	KMSKey       string
	Expire       bool
}

// Copied is the new object as the copy's own answer tells it.
type Copied struct {
	ETag         string
	LastModified time.Time
	Checksum     Checksum
	KMSKey       string // ARN of the key that S3 says it encrypted with; empty when it says of none
}

// Copy makes one object of another: in one request up to LargestCopy bytes, in
// parts above. The error's Reason is Precondition or Conflicting when the
// source changed or the key is taken.
func (c *Client) Copy(ctx context.Context, in CopyInput) (Copied, error) {
	if err := c.free(ctx, in.Bucket, in.Key); err != nil {
		return Copied{}, err
	}
	if in.Source.Size > c.largest {
		return c.copyParts(ctx, in)
	}
	request, err := c.copyRequest(ctx, in)
	if err != nil {
		return Copied{}, err
	}
	out, err := c.s3.CopyObject(ctx, request, once)
	if err != nil {
		return Copied{}, fmt.Errorf("copy to %s/%q: %w", in.Bucket, in.Key, err)
	}
	result := out.CopyObjectResult
	if result == nil {
		return Copied{}, fmt.Errorf("copy to %s/%q: %w", in.Bucket, in.Key, errEmpty)
	}
	return c.reported(ctx, in, Copied{
		ETag: aws.ToString(result.ETag), LastModified: aws.ToTime(result.LastModified).UTC(),
		Checksum: fullChecksum(result.ChecksumType, checksums{
			CRC64NVME: result.ChecksumCRC64NVME, SHA256: result.ChecksumSHA256, SHA1: result.ChecksumSHA1,
			CRC32: result.ChecksumCRC32, CRC32C: result.ChecksumCRC32C,
		}),
		KMSKey: encryptedBy(out.ServerSideEncryption, out.SSEKMSKeyId),
	})
}

// errEmpty is of an answer that breaks off before it says anything, which a
// server may send long after it said that all goes well: nobody knows what came of
// the request.
var errEmpty = errors.New("the answer is empty")

// reported completes what a copy's answer tells: MinIO's encrypts as it was asked
// to, and says so only when it is asked about the object.
func (c *Client) reported(ctx context.Context, in CopyInput, copied Copied) (Copied, error) {
	if in.KMSKey == "" || copied.KMSKey != "" {
		return copied, nil
	}
	head, err := c.Head(ctx, in.Bucket, in.Key)
	if err != nil {
		return copied, fmt.Errorf("%w: %w", errCopied, err)
	}
	copied.KMSKey = head.KMSKey
	return copied, nil
}

// once keeps the SDK from sending again what may have been done: the answer to
// the second request would hide that nobody knows what came of the first.
func once(o *s3.Options) { o.Retryer = onlyUndone{o.Retryer} }

type onlyUndone struct{ aws.Retryer }

func (r onlyUndone) IsErrorRetryable(err error) bool {
	return (ReasonOf(err) != Interrupted || Undone(err)) && r.Retryer.IsErrorRetryable(err)
}

// copyRequest is a copy as one request. S3 copies the tags by itself, unless one
// is to be added.
func (c *Client) copyRequest(ctx context.Context, in CopyInput) (*s3.CopyObjectInput, error) {
	head := in.header()
	request := &s3.CopyObjectInput{
		Bucket: &in.Bucket, Key: &in.Key,
		CopySource: in.source(), CopySourceIfMatch: &in.Source.ETag, IfNoneMatch: aws.String("*"),
		MetadataDirective: types.MetadataDirectiveReplace, Metadata: head.Metadata,
		ContentType: text(head.ContentType), CacheControl: text(head.CacheControl),
		ContentDisposition: text(head.ContentDisposition), ContentEncoding: text(head.ContentEncoding),
		ContentLanguage: text(head.ContentLanguage), Expires: expiry(head.Expires),
		ServerSideEncryption: in.encryption(), SSEKMSKeyId: text(in.KMSKey), BucketKeyEnabled: in.bucketKey(),
	}
	if !in.Expire {
		return request, nil
	}
	tagging, err := c.tagging(ctx, in)
	request.TaggingDirective, request.Tagging = types.TaggingDirectiveReplace, text(tagging)
	return request, err
}

func (in CopyInput) encryption() types.ServerSideEncryption {
	if in.KMSKey == "" {
		return ""
	}
	return types.ServerSideEncryptionAwsKms
}

// bucketKey lets S3 ask KMS once for many objects, which costs a hundredth
// (Amazon S3 Bucket Keys).
func (in CopyInput) bucketKey() *bool {
	if in.KMSKey == "" {
		return nil
	}
	return aws.Bool(true)
}

// encryptedBy is the key that an answer names, empty unless it is one of KMS.
func encryptedBy(how types.ServerSideEncryption, key *string) string {
	if how != types.ServerSideEncryptionAwsKms && how != types.ServerSideEncryptionAwsKmsDsse {
		return ""
	}
	return aws.ToString(key)
}

// header is the source's header with the placement's mark.
func (in CopyInput) header() Header {
	head := in.Source.Header
	head.Metadata = maps.Clone(head.Metadata)
	if head.Metadata == nil {
		head.Metadata = map[string]string{}
	}
	head.Metadata[PlacementMark] = in.Mark
	return head
}

// source is `bucket/key` URL-encoded, its slashes left as they are.
func (in CopyInput) source() *string {
	parts := strings.Split(in.Source.Key, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	// A plus is legal in a path but read as a space by some servers.
	source := in.SourceBucket + "/" + strings.ReplaceAll(strings.Join(parts, "/"), "+", "%2B")
	return &source
}

// text leaves out a header that the source does not have.
func text(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

// expiry is the Expires header as a time; what is no HTTP date is left out, as
// it says nothing.
func expiry(value string) *time.Time {
	at, err := time.Parse(time.RFC1123, value)
	if err != nil {
		return nil
	}
	return &at
}
