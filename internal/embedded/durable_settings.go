package embedded

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// What follows changes attributes only: of a bucket's directory, or of an
// object's file.

// PutBucketAcl sets a bucket's access list durably.
func (d *durable) PutBucketAcl(ctx context.Context, bucket string, data []byte) error {
	return d.changed(bucket, "", d.layer.PutBucketAcl(ctx, bucket, data))
}

// PutBucketVersioning sets a bucket's versioning durably.
func (d *durable) PutBucketVersioning(ctx context.Context, bucket string, status types.BucketVersioningStatus) error {
	return d.changed(bucket, "", d.layer.PutBucketVersioning(ctx, bucket, status))
}

// PutBucketPolicy sets a bucket's policy durably.
func (d *durable) PutBucketPolicy(ctx context.Context, bucket string, policy []byte) error {
	return d.changed(bucket, "", d.layer.PutBucketPolicy(ctx, bucket, policy))
}

// DeleteBucketPolicy removes a bucket's policy durably.
func (d *durable) DeleteBucketPolicy(ctx context.Context, bucket string) error {
	return d.changed(bucket, "", d.layer.DeleteBucketPolicy(ctx, bucket))
}

// PutBucketOwnershipControls sets a bucket's ownership rule durably.
func (d *durable) PutBucketOwnershipControls(ctx context.Context, bucket string, ownership types.ObjectOwnership) error {
	return d.changed(bucket, "", d.layer.PutBucketOwnershipControls(ctx, bucket, ownership))
}

// DeleteBucketOwnershipControls removes a bucket's ownership rule durably.
func (d *durable) DeleteBucketOwnershipControls(ctx context.Context, bucket string) error {
	return d.changed(bucket, "", d.layer.DeleteBucketOwnershipControls(ctx, bucket))
}

// PutBucketCors sets a bucket's cross-origin rules durably.
func (d *durable) PutBucketCors(ctx context.Context, bucket string, cors []byte) error {
	return d.changed(bucket, "", d.layer.PutBucketCors(ctx, bucket, cors))
}

// DeleteBucketCors removes a bucket's cross-origin rules durably.
func (d *durable) DeleteBucketCors(ctx context.Context, bucket string) error {
	return d.changed(bucket, "", d.layer.DeleteBucketCors(ctx, bucket))
}

// PutBucketTagging sets a bucket's tags durably.
func (d *durable) PutBucketTagging(ctx context.Context, bucket string, tags map[string]string) error {
	return d.changed(bucket, "", d.layer.PutBucketTagging(ctx, bucket, tags))
}

// DeleteBucketTagging removes a bucket's tags durably.
func (d *durable) DeleteBucketTagging(ctx context.Context, bucket string) error {
	return d.changed(bucket, "", d.layer.DeleteBucketTagging(ctx, bucket))
}

// PutObjectLockConfiguration sets a bucket's object lock durably.
func (d *durable) PutObjectLockConfiguration(ctx context.Context, bucket string, config []byte) error {
	return d.changed(bucket, "", d.layer.PutObjectLockConfiguration(ctx, bucket, config))
}

// PutObjectTagging sets an object's tags durably.
func (d *durable) PutObjectTagging(ctx context.Context, bucket, key, version string, tags map[string]string) error {
	return d.changed(bucket, key, d.layer.PutObjectTagging(ctx, bucket, key, version, tags))
}

// DeleteObjectTagging removes an object's tags durably.
func (d *durable) DeleteObjectTagging(ctx context.Context, bucket, key, version string) error {
	return d.changed(bucket, key, d.layer.DeleteObjectTagging(ctx, bucket, key, version))
}

// PutObjectRetention sets an object's retention durably.
func (d *durable) PutObjectRetention(ctx context.Context, bucket, key, version string, retention []byte) error {
	return d.changed(bucket, key, d.layer.PutObjectRetention(ctx, bucket, key, version, retention))
}

// PutObjectLegalHold sets an object's legal hold durably.
func (d *durable) PutObjectLegalHold(ctx context.Context, bucket, key, version string, on bool) error {
	return d.changed(bucket, key, d.layer.PutObjectLegalHold(ctx, bucket, key, version, on))
}

// changed syncs the attributes that a change without error has set.
func (d *durable) changed(bucket, key string, err error) error {
	if err != nil {
		return err
	}
	return d.syncObject(bucket, key)
}
