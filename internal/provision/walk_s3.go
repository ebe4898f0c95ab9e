package provision

import (
	"context"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// noETag is an ETag that nothing has: who is let delete is told so, and nothing
// is deleted.
const noETag = `"00000000000000000000000000000000"`

// walkActive only reads: a key that is not there answers who may ask for it.
func (w Walker) walkActive(ctx context.Context, t *trail, bucket string) {
	on, files, key := w.buckets("", bucket)[0], w.buckets("/*", bucket)[0], scratch()
	_, err := w.S3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, MaxKeys: aws.Int32(1)})
	if status(err) == http.StatusNotFound {
		t.calls = append(t.calls, Call{Right: "s3:ListBucket", On: on, Outcome: Unclear, Said: "there is no such bucket: make it"})
		return
	}
	t.try("s3:ListBucket", on, err)
	_, err = w.S3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
	t.try("s3:GetObject", files, err)
	_, err = w.S3.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &bucket, Key: &key})
	t.try("s3:GetObjectTagging", files, err)
	_, err = w.S3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: &key, IfMatch: aws.String(noETag)})
	t.try("s3:DeleteObject", files, err)
}

// walkBucket reads the SEA bucket's settings. Setting them again would be no
// question: it is tried only where nothing is set.
func (w Walker) walkBucket(ctx context.Context, t *trail) {
	bucket, on := &w.SEA, w.buckets("", w.SEA)[0]
	_, err := w.S3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: aws.Int32(1)})
	if status(err) == http.StatusNotFound {
		w.walkCreate(ctx, t, on)
	} else {
		t.try("s3:ListBucket", on, err)
		t.skip("s3:CreateBucket", on, "the bucket is there")
	}
	_, err = w.S3.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: bucket, MaxUploads: aws.Int32(1)})
	t.try("s3:ListBucketMultipartUploads", on, err)
	_, err = w.S3.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: bucket})
	t.setting("s3:GetBucketVersioning", on, err)
	_, err = w.S3.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: bucket})
	t.setting("s3:GetBucketPublicAccessBlock", on, err)
	_, err = w.S3.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: bucket})
	t.setting("s3:GetEncryptionConfiguration", on, err)
	_, err = w.S3.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: bucket})
	t.setting("s3:GetBucketPolicy", on, err)
	_, err = w.S3.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: bucket})
	t.setting("s3:GetLifecycleConfiguration", on, err)
	w.walkSettings(ctx, t, on)
}

func (w Walker) walkCreate(ctx context.Context, t *trail, on string) {
	err := w.create(ctx)
	if t.try("s3:CreateBucket", on, err) {
		_, err = w.S3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &w.SEA, MaxKeys: aws.Int32(1)})
	}
	t.try("s3:ListBucket", on, err)
}

// walkSettings makes the settings that are missing, as the portal's start does.
func (w Walker) walkSettings(ctx context.Context, t *trail, on string) {
	rights := map[string]string{
		settingAccess: "s3:PutBucketPublicAccessBlock", settingEncryption: "s3:PutEncryptionConfiguration",
		settingLifecycle: "s3:PutLifecycleConfiguration", settingPolicy: "s3:PutBucketPolicy",
	}
	for _, set := range w.settings(ctx, &State{}) {
		right, ok := rights[set.Name]
		switch {
		case !ok:
		case set.err != nil:
			t.try(right, on, set.err)
		case set.made:
			t.try(right, on, nil)
		default:
			t.skip(right, on, "it is set already")
		}
	}
}

// setting notes how a question about a setting ended: a server that knows no
// such setting needs no right.
func (t *trail) setting(right, on string, err error) {
	if !implemented(err) && !denied(err) {
		t.skip(right, on, "this server knows no such setting")
		return
	}
	t.try(right, on, err)
}

// walkFiles does with an object what the portal does with a file.
func (w Walker) walkFiles(ctx context.Context, t *trail) {
	bucket, on, key, copied := &w.SEA, w.buckets("/*", w.SEA)[0], scratch(), scratch()
	put := &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader("sea")}
	if w.KMS && w.Key != "" {
		put.ServerSideEncryption, put.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &w.Key
	}
	_, err := w.S3.PutObject(ctx, put)
	t.try("s3:PutObject", on, err)
	_, err = w.S3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: &key})
	t.try("s3:GetObject", on, err)
	_, err = w.S3.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: bucket, Key: &key, Tagging: &types.Tagging{TagSet: []types.Tag{}}})
	t.try("s3:PutObjectTagging", on, err)
	_, err = w.S3.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: bucket, Key: &key})
	t.try("s3:GetObjectTagging", on, err)
	upload, err := w.S3.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: &copied})
	if err == nil {
		_, err = w.S3.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: &copied, UploadId: upload.UploadId})
		t.try("s3:AbortMultipartUpload", on, err)
	} else {
		t.wait("s3:AbortMultipartUpload", on, "no upload could be begun: "+word(err))
	}
	t.try("s3:DeleteObject", on, w.drop(ctx, key))
}
