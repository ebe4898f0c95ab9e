package objects

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// PresignOptions say how a presigned GET answers. Empty fields leave what the
// object itself has. TTL is at most 7 days (AWS Signature Version 4).
type PresignOptions struct {
	TTL                time.Duration
	ContentDisposition string
	ContentType        string
}

// PresignGet signs a URL that fetches one object for a while. No request is
// made. The URL is a credential: never log it.
func (c *Client) PresignGet(ctx context.Context, bucket, key string, opt PresignOptions) (string, error) {
	in := &s3.GetObjectInput{Bucket: &bucket, Key: &key}
	if opt.ContentDisposition != "" {
		in.ResponseContentDisposition = &opt.ContentDisposition
	}
	if opt.ContentType != "" {
		in.ResponseContentType = &opt.ContentType
	}
	signed, err := c.presign.PresignGetObject(ctx, in, s3.WithPresignExpires(opt.TTL))
	if err != nil {
		return "", fmt.Errorf("presign %s/%q: %w", bucket, key, err)
	}
	return signed.URL, nil
}
