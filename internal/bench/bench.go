// Package bench owns the measurements of the life cycle: the placing of files
// against a bare loop of the same S3 requests, the scan against a bare listing,
// and the cost of a file as a unit grows. Both sides of a comparison run in
// one process, against one server, in rounds that take turns, so that a ratio
// says something where a time does not. It refuses to judge: it prints figures
// and asserts none of them.
package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"seaportal/internal/clock"
	"seaportal/internal/keys"
	"seaportal/internal/lifecycle"
	"seaportal/internal/objects"
	"seaportal/internal/store"
)

// helpers is how many requests at a time prepare and clear a round; they are
// never timed.
const helpers = 16

// Rig is what a measurement stands on. All fields but Passing are needed.
type Rig struct {
	S3         *s3.Client
	Store      *store.Store // scratch: units and rules are made in it
	Bucket     string       // scratch: everything below the units' prefixes is deleted
	MaxSegment int          // as lifecycle.Config has it
	Log        *slog.Logger
	// Passing says that the whole server goes when the measurement is over, so
	// that a grown unit need not be taken down file by file.
	Passing bool
}

// engine makes an engine that has as many requests in flight as that.
func (r Rig) engine(inFlight int) *lifecycle.Engine {
	return lifecycle.New(lifecycle.Config{
		Store: r.Store, Objects: objects.New(r.S3), Keys: keys.None{}, Clock: clock.Real, Log: r.Log,
		Concurrency: inFlight, MaxSegment: r.MaxSegment, Alone: true,
	})
}

// put stores objects of one size, their keys made by key, with the metadata
// that rules match on. Each has bytes of its own, a window on the same noise: of
// objects that are all alike, a file system keeps attributes once for many, which
// it can't where files are real, or where a copy has a mark of its own.
func (r Rig) put(ctx context.Context, from, to int, size int64, media string, key func(i int) string) error {
	noise := make([]byte, size+int64(to-from))
	if _, err := rand.Read(noise); err != nil {
		return fmt.Errorf("make bytes for %d objects: %w", to-from, err)
	}
	return spread(ctx, helpers, from, to, func(ctx context.Context, i int) error {
		name, first := key(i), int64(i-from)
		_, err := r.S3.PutObject(ctx, &s3.PutObjectInput{
			Bucket: &r.Bucket, Key: &name, Body: bytes.NewReader(noise[first : first+size]),
			Metadata: map[string]string{"media-type": media, "team": "north", "skill": fmt.Sprint("skill-", i%7)},
		})
		return err
	})
}

// clear deletes everything below a prefix.
func (r Rig) clear(ctx context.Context, prefix string) error {
	client := objects.New(r.S3)
	group, deleting := errgroup.WithContext(ctx)
	group.SetLimit(helpers)
	listed := client.List(ctx, r.Bucket, prefix, func(found objects.Object) error {
		group.Go(func() error { return client.Delete(deleting, r.Bucket, found.Key, "") })
		return nil
	})
	if err := group.Wait(); err != nil {
		return fmt.Errorf("clear %s/%s: %w", r.Bucket, prefix, err)
	}
	return listed
}

// spread does something for each number from from to before to, inFlight at a
// time, and stops at the first error.
func spread(ctx context.Context, inFlight, from, to int, do func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inFlight)
	for i := from; i < to && ctx.Err() == nil; i++ {
		group.Go(func() error { return do(ctx, i) })
	}
	return group.Wait()
}

// timed gives how long do took.
func timed(do func() error) (time.Duration, error) {
	began := time.Now()
	err := do()
	return time.Since(began), err
}
