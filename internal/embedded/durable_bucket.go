package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// CreateBucket makes a bucket durably. Buckets are made one after the other:
// versitygw makes the directory first and stores its access list then, and in
// between another who wants the same bucket would be told of an internal error.
func (d *durable) CreateBucket(ctx context.Context, in *s3.CreateBucketInput, acl []byte) error {
	d.buckets.Lock()
	defer d.buckets.Unlock()
	above := d.dirs.begin(d.path(*in.Bucket, ""))
	defer d.dirs.end(above)
	err := d.clearUnfinished(ctx, *in.Bucket)
	if err == nil {
		err = d.layer.CreateBucket(ctx, in, acl)
	}
	if err != nil {
		d.dirs.abandon(above)
		return err
	}
	if err := d.syncSidecar(*in.Bucket, ""); err != nil {
		return err
	}
	if err := d.dirs.settle(above); err != nil {
		return fmt.Errorf("sync bucket %s: %w", *in.Bucket, err)
	}
	return nil
}

// clearUnfinished removes what a crash left of a bucket in the making: an empty
// directory without an access list. One with files is left as it is.
func (d *durable) clearUnfinished(ctx context.Context, bucket string) error {
	info, err := os.Lstat(d.path(bucket, ""))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return nil
	}
	list, err := d.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: &bucket})
	if err != nil || len(list) > 0 {
		return err
	}
	if err := os.Remove(d.path(bucket, "")); err != nil {
		return fmt.Errorf("%s has no access list, so it is no bucket: restored without its extended attributes? %w", d.path(bucket, ""), err)
	}
	return nil
}

// DeleteBucket removes a bucket durably.
func (d *durable) DeleteBucket(ctx context.Context, bucket string) error {
	d.buckets.Lock()
	defer d.buckets.Unlock()
	err := d.dirs.wiping(func() error { return d.layer.DeleteBucket(ctx, bucket) })
	if err != nil {
		return err
	}
	return d.dirs.settleRemovals(d.path(bucket, ""))
}
