package objects

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
)

// ErrListing says that a listing cannot be read: nothing may be concluded from it.
// Of ErrOrder, which is one, that is since its keys are not in byte order.
var (
	ErrListing = errors.New("S3 answered a listing that cannot be read")
	ErrOrder   = fmt.Errorf("%w: it is not in byte order", ErrListing)
)

// List streams the objects below prefix in byte order of their keys, a page of
// 1,000 (S3's limit) at a time, to each, and stops at its first error. Keys
// come URL-encoded from S3, since XML cannot carry every byte.
func (c *Client) List(ctx context.Context, bucket, prefix string, each func(Object) error) error {
	last := ""
	for page, err := range c.pages(ctx, bucket, prefix) {
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

// pages gives the pages of a listing and asks for one ahead: S3 makes the next
// page while the caller works on this one. An error is the last thing it gives.
func (c *Client) pages(ctx context.Context, bucket, prefix string) iter.Seq2[*s3.ListObjectsV2Output, error] {
	return func(yield func(*s3.ListObjectsV2Output, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		ahead := make(chan *s3.ListObjectsV2Output)
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error {
			defer close(ahead)
			return c.fetch(ctx, bucket, prefix, ahead)
		})
		for page := range ahead {
			if !yield(page, nil) {
				cancel()
				_ = group.Wait() // whoever stops reading asks for no reason
				return
			}
		}
		if err := group.Wait(); err != nil {
			yield(nil, err)
		}
	}
}

// fetch sends the pages of a listing until the last one, or until ctx ends.
func (c *Client) fetch(ctx context.Context, bucket, prefix string, to chan<- *s3.ListObjectsV2Output) error {
	pages := s3.NewListObjectsV2Paginator(c.s3, &s3.ListObjectsV2Input{
		Bucket: &bucket, Prefix: &prefix, EncodingType: types.EncodingTypeUrl, MaxKeys: c.page,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		select {
		case to <- page:
		case <-ctx.Done():
			return ctx.Err()
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
		return "", fmt.Errorf("%w: key %q: %w", ErrListing, key, err)
	}
	return decoded, nil
}
