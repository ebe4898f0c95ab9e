package lifecycle

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"seaportal/internal/objects"
	"seaportal/models"
)

// How a copy was verified, as the placement records it.
const (
	verifiedByChecksum = "checksum" // S3's own checksums of source and target are equal
	verifiedByContent  = "content"  // the bytes of both were read and are equal
	verifiedByReading  = "reading"  // the source is gone; the target's bytes agree with its own checksum and size
)

// adopted decides about a target that an earlier attempt of ours left. Its
// bytes are read back: the server may have lost what it never acknowledged.
func (e *Engine) adopted(ctx context.Context, unit models.BusinessUnit, o outcome, source, target objects.Head) outcome {
	if target.Size != source.Size {
		return e.broken(ctx, unit, o, target.ETag)
	}
	return e.compared(ctx, unit, o, source, target, e.since(target))
}

// since is when an object appeared, by the life cycle's clock.
func (e *Engine) since(target objects.Head) *time.Time {
	at := target.LastModified.Add(e.Clock.Offset())
	return &at
}

// compared reads source and target and ends the attempt by whether they are
// equal. at is since when the target stands, nil for now.
func (e *Engine) compared(
	ctx context.Context, unit models.BusinessUnit, o outcome, source, target objects.Head, at *time.Time,
) outcome {
	want, err := e.sum(ctx, unit.ActiveBucket, unit.ActivePrefix+o.Key, source.ETag)
	if err != nil {
		return o // not decided: the target stands and is looked at again
	}
	got, err := e.sum(ctx, *unit.SEABucket, *unit.SEAPrefix+o.SEAKey, target.ETag)
	switch {
	case err != nil && objects.ReasonOf(err) == objects.Stopped:
		return o
	case err != nil || got != want:
		return e.broken(ctx, unit, o, target.ETag)
	}
	checksum := target.Checksum
	if checksum == "" {
		checksum = objects.Checksum("SHA256:" + got.text)
	}
	return o.found(verifiedByContent, source, checksum, at)
}

// content is what reading an object gave.
type content struct {
	text string // base64 of its SHA-256
	size int64
}

// sum reads an object to its end.
func (e *Engine) sum(ctx context.Context, bucket, key, etag string) (content, error) {
	body, err := e.Objects.Read(ctx, bucket, key, etag)
	if err != nil {
		return content{}, err
	}
	hash := sha256.New()
	size, err := io.Copy(hash, body)
	if err := errors.Join(err, body.Close()); err != nil {
		return content{}, fmt.Errorf("read %s/%q: %w", bucket, key, err)
	}
	return content{text: base64.StdEncoding.EncodeToString(hash.Sum(nil)), size: size}, nil
}
