package objects

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// PutMarker makes an empty object whose key ends in a slash, which S3 clients
// show as a folder, unless it is there.
func (c *Client) PutMarker(ctx context.Context, bucket, key string) error {
	_, err := c.s3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &bucket, Key: &key, ContentLength: aws.Int64(0), ContentType: aws.String("application/x-directory"),
		IfNoneMatch: aws.String("*"),
	})
	if reason := ReasonOf(err); reason == None || reason == Precondition {
		return nil
	}
	return fmt.Errorf("make folder marker %s/%s: %w", bucket, key, err)
}
