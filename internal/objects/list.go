package objects

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// ErrOrder says that a listing was not in the byte order of its keys, so that
// nothing may be concluded from what it left out.
var ErrOrder = errors.New("the listing is not in byte order")

// List streams the objects below prefix in byte order of their keys, a page of
// 1,000 (S3's limit) at a time, to each, and stops at its first error. Keys
// come URL-encoded from S3, since XML cannot carry every byte.
func (c *Client) List(ctx context.Context, bucket, prefix string, each func(Object) error) error {
	pages := s3.NewListObjectsV2Paginator(c.s3, &s3.ListObjectsV2Input{
		Bucket: &bucket, Prefix: &prefix, EncodingType: types.EncodingTypeUrl,
	})
	last := ""
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list %s/%q: %w", bucket, prefix, err)
		}
		for _, found := range page.Contents {
			key, err := listedKey(page, aws.ToString(found.Key))
			if err != nil {
				return fmt.Errorf("list %s/%q: %w", bucket, prefix, err)
			}
			if key <= last {
				return fmt.Errorf("list %s/%q: %q after %q: %w", bucket, prefix, key, last, ErrOrder)
			}
			last = key
			err = each(Object{
				Key: key, ETag: aws.ToString(found.ETag), Size: aws.ToInt64(found.Size),
				LastModified: aws.ToTime(found.LastModified).UTC(), StorageClass: storageClass(string(found.StorageClass)),
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// listedKey decodes a key where the server says that it encoded it.
func listedKey(page *s3.ListObjectsV2Output, key string) (string, error) {
	if page.EncodingType != types.EncodingTypeUrl {
		return key, nil
	}
	decoded, err := url.QueryUnescape(key)
	if err != nil {
		return "", fmt.Errorf("decode key %q: %w", key, err)
	}
	return decoded, nil
}
