package embedded

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/s3response"
)

// Listings show the sizes of the contents. The record of each object is read
// for that, which costs little beside what posix reads of each.

// ListObjectsV2 lists objects.
func (e *encrypted) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input) (s3response.ListObjectsV2Result, error) {
	out, err := e.files.ListObjectsV2(ctx, in)
	if err == nil {
		err = e.showSizes(*in.Bucket, out.Contents)
	}
	return out, err
}

// ListObjects lists objects the old way.
func (e *encrypted) ListObjects(ctx context.Context, in *s3.ListObjectsInput) (s3response.ListObjectsResult, error) {
	out, err := e.files.ListObjects(ctx, in)
	if err == nil {
		err = e.showSizes(*in.Bucket, out.Contents)
	}
	return out, err
}

// ListObjectVersions lists versions, of which each object has one.
func (e *encrypted) ListObjectVersions(ctx context.Context, in *s3.ListObjectVersionsInput) (s3response.ListVersionsResult, error) {
	out, err := e.files.ListObjectVersions(ctx, in)
	if err != nil || !e.covers(*in.Bucket) {
		return out, err
	}
	for i := range out.Versions {
		rec, ok, err := e.load(nil, *in.Bucket, *out.Versions[i].Key)
		if err != nil {
			return out, err
		}
		if ok {
			out.Versions[i].Size = &rec.Size
		}
	}
	return out, nil
}

func (e *encrypted) showSizes(bucket string, objects []s3response.Object) error {
	if !e.covers(bucket) {
		return nil
	}
	for i := range objects {
		rec, ok, err := e.load(nil, bucket, *objects[i].Key)
		if err != nil {
			return err
		}
		if ok {
			objects[i].Size = &rec.Size
		}
	}
	return nil
}
