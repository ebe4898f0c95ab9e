package objects

import (
	"context"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// tagging gives an object's tags as the query text of the x-amz-tagging
// header.
func (c *Client) tagging(ctx context.Context, bucket, key string) (string, error) {
	out, err := c.s3.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return "", fmt.Errorf("read tags of %s/%q: %w", bucket, key, err)
	}
	tags := url.Values{}
	for _, tag := range out.TagSet {
		tags.Set(aws.ToString(tag.Key), aws.ToString(tag.Value))
	}
	return tags.Encode(), nil
}
