package objects

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// AbortUploads takes away the parts of uploads below prefix that were begun
// before a time and never completed, and tells how many uploads these were.
func (c *Client) AbortUploads(ctx context.Context, bucket, prefix string, before time.Time) (int, error) {
	pages := s3.NewListMultipartUploadsPaginator(c.s3, &s3.ListMultipartUploadsInput{Bucket: &bucket, Prefix: &prefix})
	aborted := 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return aborted, fmt.Errorf("list uploads below %s/%q: %w", bucket, prefix, err)
		}
		for _, upload := range page.Uploads {
			if !aws.ToTime(upload.Initiated).Before(before) {
				continue
			}
			_, err := c.s3.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{
				Bucket: &bucket, Key: upload.Key, UploadId: upload.UploadId,
			})
			if err != nil && ReasonOf(err) != NotFound {
				return aborted, fmt.Errorf("abort upload of %s/%q: %w", bucket, aws.ToString(upload.Key), err)
			}
			aborted++
		}
	}
	return aborted, nil
}
