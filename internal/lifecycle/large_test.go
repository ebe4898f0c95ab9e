package lifecycle_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"seaportal/internal/clock"
	"seaportal/internal/lifecycle"
	"seaportal/internal/objects"
	"seaportal/internal/rule"
	"seaportal/models"
)

// A file above 5 GiB cannot be copied by one request (Amazon S3). Here one is
// moved for real: 11 GB of disk for a minute, so only where SEA_TEST_LONG is set.
func TestAFileAboveFiveGiBIsMoved(t *testing.T) {
	if os.Getenv("SEA_TEST_LONG") == "" {
		t.Skip("set SEA_TEST_LONG to move 5 GiB")
	}
	b := sqliteBench(t)
	const part, size = 512 << 20, objects.LargestCopy + 1234567
	stored := b.putLarge("calls/day.wav", size, part)
	b.rule("moves", rule.Move, nil)
	if report := b.run(b.engine(0, nil)); report.Placed != 1 || report.Failed != 0 {
		t.Fatalf("report %+v", report)
	}
	if b.hash("sea", *b.unit.SEAPrefix+"calls/day.wav") != stored {
		t.Error("the bytes in SEA differ")
	}
	if _, there := b.active("calls/day.wav"); there {
		t.Error("the source is still there")
	}
	if p := b.only("calls/day.wav"); p.State != models.PlacementPlaced || p.Size != size || p.SourceState != models.SourceDeleted {
		t.Errorf("recorded %+v", p)
	}
	left, err := b.s3.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: aws.String("sea"), Prefix: b.unit.SEAPrefix})
	if err != nil || len(left.Uploads) != 0 {
		t.Errorf("uploads left: %+v, %v", left, err)
	}
}

// A large file that is done does not wait for the others of its batch.
func TestALargeMoveIsSettledWhileItsBatchGoesOn(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.putLarge("large.wav", 64<<20, 16<<20)
	b.put("held.wav", "small", nil)
	b.rule("moves", rule.Move, nil)
	release := make(chan struct{})
	engine := b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
		if isCopy(r) && strings.HasSuffix(r.URL.Path, "held.wav") {
			<-release
		}
		return nil, nil
	}}))
	placing, ctx := errgroup.WithContext(t.Context())
	placing.Go(func() error {
		_, err := engine.RunUnit(ctx, b.unit.ID)
		return err
	})
	released := sync.OnceFunc(func() { close(release) })
	t.Cleanup(released)
	b.waitLong(time.Minute, "the large file's source is deleted", func() bool {
		rows := b.placements()["large.wav"]
		return len(rows) == 1 && rows[0].SourceState == models.SourceDeleted
	})
	if held := b.only("held.wav"); held.State != models.PlacementPlacing {
		t.Errorf("the held file is %s already", held.State)
	}
	released()
	if err := placing.Wait(); err != nil {
		t.Fatal(err)
	}
	if held := b.only("held.wav"); held.State != models.PlacementPlaced || held.SourceState != models.SourceDeleted {
		t.Errorf("the held file is %s, its source %s", held.State, held.SourceState)
	}
}

// TestALargeMoveMakesRoomForTheNext: what its source takes serves the next copy,
// which therefore waits until it is deleted.
func TestALargeMoveMakesRoomForTheNext(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	for _, key := range []string{"one.wav", "two.wav"} {
		b.putLarge(key, 64<<20, 16<<20)
	}
	b.rule("moves", rule.Move, nil)
	var mu sync.Mutex
	var asked []string
	engine := lifecycle.New(lifecycle.Config{
		Store: b.store, Keys: b.keys(), Clock: clock.Real, Log: slog.New(slog.DiscardHandler), Concurrency: 1, MaxSegment: 255, Alone: true,
		Objects: objects.New(s3Client(through(wire{before: func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			switch {
			case isCopy(r):
				asked = append(asked, "copy")
			case r.Method == http.MethodDelete:
				asked = append(asked, "delete")
			}
			return nil, nil
		}}))),
	})
	if _, err := engine.RunUnit(t.Context(), b.unit.ID); err != nil {
		t.Fatal(err)
	}
	if want := []string{"copy", "delete", "copy", "delete"}; !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
}

// putLarge uploads a file whose every block of 1 MiB is another, and gives its
// SHA-256.
func (b *bench) putLarge(key string, size, part int64) [sha256.Size]byte {
	b.Helper()
	in := &s3.CreateMultipartUploadInput{
		Bucket: &b.unit.ActiveBucket, Key: aws.String(b.unit.ActivePrefix + key), Metadata: map[string]string{"media-type": "call-recording"},
	}
	upload, err := b.s3.CreateMultipartUpload(b.Context(), in)
	if err != nil {
		b.Fatal(err)
	}
	all := sha256.New()
	var parts []types.CompletedPart
	for first := int64(0); first < size; first += part {
		body := blocks(first, min(part, size-first))
		_, _ = all.Write(body)
		number := int32(len(parts) + 1)
		out, err := b.s3.UploadPart(b.Context(), &s3.UploadPartInput{
			Bucket: in.Bucket, Key: in.Key, UploadId: upload.UploadId, PartNumber: &number, Body: bytes.NewReader(body),
		})
		if err != nil {
			b.Fatal(fmt.Errorf("part %d: %w", number, err))
		}
		parts = append(parts, types.CompletedPart{PartNumber: &number, ETag: out.ETag})
	}
	_, err = b.s3.CompleteMultipartUpload(b.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: in.Bucket, Key: in.Key, UploadId: upload.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	if err != nil {
		b.Fatal(err)
	}
	return [sha256.Size]byte(all.Sum(nil))
}

// blocks are bytes in which no MiB is like another: each begins with its place.
func blocks(first, size int64) []byte {
	body := make([]byte, size)
	for at := int64(0); at+8 <= size; at += 1 << 20 {
		binary.BigEndian.PutUint64(body[at:], uint64(first+at))
	}
	return body
}

// hash reads an object and gives its SHA-256.
func (b *bench) hash(bucket, key string) [sha256.Size]byte {
	b.Helper()
	body, err := objects.New(b.s3).Read(context.WithoutCancel(b.Context()), bucket, key, "")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = body.Close() }()
	all := sha256.New()
	if _, err := io.Copy(all, body); err != nil {
		b.Fatal(err)
	}
	return [sha256.Size]byte(all.Sum(nil))
}
