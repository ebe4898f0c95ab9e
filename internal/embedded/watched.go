package embedded

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/s3response"
)

// EventKind tells what happened to an object.
type EventKind string

// The kinds of events.
const (
	Created EventKind = "created" // put, copied or completed, also over an older one
	Deleted EventKind = "deleted" // was there, and no longer is
)

// Event is one change of an object, told once the change is durable. Events of
// one key come in the order of the changes. One may come twice, when a client
// completes an upload twice; none survives a crash between change and telling,
// so a scan must find what events missed.
type Event struct {
	Kind   EventKind
	Bucket string
	Key    string
	ETag   string // as S3 shows it, in quotes; of a deletion: what was deleted
	Size   int64  // bytes
	// ChecksumAlgorithm and Checksum (base64) are the stored checksum over the
	// full object; both empty for a composite one and for a deletion.
	ChecksumAlgorithm string
	Checksum          string
	AccessKeyID       string // whose key signed the request
	SourceIP          string
	Time              time.Time
}

// watched tells of each change that was made, and of each fetch.
type watched struct {
	layer
	ours        func(accessKeyID string) bool           // tells a key that is not a partner's
	counterfoil string                                  // query argument of presigned URLs
	fetched     func(Fetch)                             // nil: fetches are not told of
	size        func(bucket, key string) (int64, error) // of an object that stands, in bytes
	notify      func(Event)                             // must return at once: it runs before the answer, under the key's lock
	now         func() time.Time
}

// PutObject stores an object and tells of it.
func (w *watched) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	return w.PutObjectWithPostFunc(ctx, in, func(*os.File) error { return nil })
}

// PutObjectWithPostFunc stores an object and tells of it.
func (w *watched) PutObjectWithPostFunc(ctx context.Context, in s3response.PutObjectInput, staged func(*os.File) error) (s3response.PutObjectOutput, error) {
	out, err := w.layer.PutObjectWithPostFunc(ctx, in, staged)
	if err == nil {
		w.created(ctx, *in.Bucket, *in.Key)
	}
	return out, err
}

// CopyObject copies an object and tells of the target. The answer says of it
// nearly all that a HEAD would, at a tenth of the copy's cost; only an object
// copied onto itself has to be looked at.
func (w *watched) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	out, err := w.layer.CopyObject(ctx, in)
	if err != nil {
		return out, err
	}
	w.tell(w.copied(ctx, *in.Bucket, *in.Key, out.CopyObjectResult))
	return out, nil
}

// copied makes the event of a copy from its answer, and looks at the object
// itself where that leaves something out.
func (w *watched) copied(ctx context.Context, bucket, key string, answer *s3response.CopyObjectResult) Event {
	event := w.event(ctx, Created, bucket, key)
	event.ETag = aws.ToString(answer.ETag)
	event.ChecksumAlgorithm, event.Checksum = storedChecksum(headOf(answer))
	size, err := w.size(bucket, key)
	if err != nil || event.Checksum == "" || answer.ChecksumType != types.ChecksumTypeFullObject {
		event, _ = w.describe(ctx, Created, bucket, key)
		return event
	}
	event.Size = size
	return event
}

// CompleteMultipartUpload publishes an object and tells of it.
func (w *watched) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, string, error) {
	out, version, err := w.layer.CompleteMultipartUpload(ctx, in)
	if err == nil {
		w.created(ctx, *in.Bucket, *in.Key)
	}
	return out, version, err
}

// DeleteObject removes an object and tells of it, if it was there.
func (w *watched) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	event, there := w.describe(ctx, Deleted, *in.Bucket, *in.Key)
	out, err := w.layer.DeleteObject(ctx, in)
	if err == nil && there {
		w.tell(event)
	}
	return out, err
}

// DeleteObjects removes objects and tells of each one that was there.
func (w *watched) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput) (s3response.DeleteResult, error) {
	there := make(map[string]Event, len(in.Delete.Objects))
	for _, object := range in.Delete.Objects {
		key := aws.ToString(object.Key)
		if event, ok := w.describe(ctx, Deleted, *in.Bucket, key); ok {
			there[key] = event
		}
	}
	out, err := w.layer.DeleteObjects(ctx, in)
	if err != nil {
		return out, err
	}
	for _, object := range out.Deleted {
		key := aws.ToString(object.Key)
		if event, ok := there[key]; ok {
			delete(there, key) // named twice, deleted once
			w.tell(event)
		}
	}
	return out, nil
}

func (w *watched) created(ctx context.Context, bucket, key string) {
	event, _ := w.describe(ctx, Created, bucket, key)
	w.tell(event)
}

func (w *watched) tell(event Event) {
	event.Time = w.now()
	w.notify(event)
}

// event begins an event with what the request says. All strings are copies:
// those of a request are not ours to keep.
func (w *watched) event(ctx context.Context, kind EventKind, bucket, key string) Event {
	event := Event{Kind: kind, Bucket: strings.Clone(bucket), Key: w.shownKey(bucket, key)}
	event.AccessKeyID, event.SourceIP = caller(ctx)
	return event
}

// describe makes an event of the object as it stands, and tells whether it
// stands at all.
func (w *watched) describe(ctx context.Context, kind EventKind, bucket, key string) (Event, bool) {
	event := w.event(ctx, kind, bucket, key)
	in := &s3.HeadObjectInput{Bucket: &bucket, Key: &key}
	if kind == Created { // of what is deleted nobody wants it, and it may take a key that is disabled
		in.ChecksumMode = types.ChecksumModeEnabled
	}
	head, err := w.HeadObject(ctx, in)
	if err != nil {
		return event, false
	}
	event.ETag, event.Size = aws.ToString(head.ETag), aws.ToInt64(head.ContentLength)
	if kind == Created && head.ChecksumType == types.ChecksumTypeFullObject {
		event.ChecksumAlgorithm, event.Checksum = storedChecksum(head)
	}
	return event, true
}

// shownKey is the key as a listing shows it: a//b is stored, and listed, as a/b.
func (w *watched) shownKey(bucket, key string) string {
	shown := strings.Clone(w.NormalizeObjectKey(bucket, key))
	if strings.HasSuffix(key, "/") {
		shown += "/"
	}
	return shown
}

// storedChecksum picks the checksum that an object has. versitygw stores one.
func storedChecksum(head *s3.HeadObjectOutput) (algorithm, sum string) {
	for algorithm, sum := range map[types.ChecksumAlgorithm]*string{
		types.ChecksumAlgorithmCrc64nvme: head.ChecksumCRC64NVME,
		types.ChecksumAlgorithmCrc32:     head.ChecksumCRC32,
		types.ChecksumAlgorithmCrc32c:    head.ChecksumCRC32C,
		types.ChecksumAlgorithmSha1:      head.ChecksumSHA1,
		types.ChecksumAlgorithmSha256:    head.ChecksumSHA256,
	} {
		if sum != nil && *sum != "" {
			return string(algorithm), *sum
		}
	}
	return "", ""
}

// headOf gives the checksums in a copy's answer as a HEAD does.
func headOf(copied *s3response.CopyObjectResult) *s3.HeadObjectOutput {
	return &s3.HeadObjectOutput{
		ChecksumCRC64NVME: copied.ChecksumCRC64NVME,
		ChecksumCRC32:     copied.ChecksumCRC32,
		ChecksumCRC32C:    copied.ChecksumCRC32C,
		ChecksumSHA1:      copied.ChecksumSHA1,
		ChecksumSHA256:    copied.ChecksumSHA256,
	}
}
