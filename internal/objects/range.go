package objects

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// ReadFrom opens an object's bytes from an offset on, which must lie before its
// end. The caller closes the reader.
func (c *Client) ReadFrom(ctx context.Context, bucket, key string, offset int64) (io.ReadCloser, error) {
	if offset == 0 {
		return c.Read(ctx, bucket, key, "")
	}
	from := "bytes=" + strconv.FormatInt(offset, 10) + "-"
	out, err := c.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key, Range: &from},
		func(o *s3.Options) { o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired })
	if err != nil {
		return nil, fmt.Errorf("read %s/%q from %d: %w", bucket, key, offset, err)
	}
	return out.Body, nil
}

// SignsUntil tells when the credentials end that this client signs with, and
// with them every URL that it presigned; the zero time is never. Temporary
// credentials of AWS end within hours.
func (c *Client) SignsUntil(ctx context.Context) (time.Time, error) {
	current, err := c.s3.Options().Credentials.Retrieve(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("look at the signing credentials: %w", err)
	}
	if !current.CanExpire {
		return time.Time{}, nil
	}
	return current.Expires.UTC(), nil
}
