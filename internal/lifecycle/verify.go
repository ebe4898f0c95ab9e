package lifecycle

import (
	"cmp"
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
	verifiedByReading  = "reading"  // the source is gone; the target's bytes agree with its checksum and size
	verifiedBySize     = "size"     // the source is gone, and nobody keeps a checksum; the target was read whole
)

// adopted decides about a target that an earlier attempt of ours left. Its
// bytes are read back: the server may have lost what it never acknowledged.
func (e *Engine) adopted(ctx context.Context, unit models.BusinessUnit, o outcome, source, target objects.Head) outcome {
	if o.KeyARN == "" { // begun before SEA encrypted
		o.KeyARN = target.KMSKey
	} else if !sameKey(target.KMSKey, o.KeyARN) {
		return e.unencrypted(ctx, unit, o, target.ETag)
	}
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
	want, err := e.read(ctx, unit.ActiveBucket, unit.ActivePrefix+o.Key, source.Object, "")
	if err != nil {
		return e.unread(ctx, unit, o, target.ETag, "The file could not be read, to compare it with its copy", err)
	}
	got, err := e.read(ctx, *unit.SEABucket, *unit.SEAPrefix+o.SEAKey, target.Object, target.Checksum)
	switch {
	case err != nil:
		return e.unread(ctx, unit, o, target.ETag, "The copy could not be read back", err)
	case got != want || !got.whole:
		return e.broken(ctx, unit, o, target.ETag)
	}
	return o.found(verifiedByContent, source, cmp.Or(target.Checksum, got.checksum()), at)
}

// unread decides about a copy that could not be compared. A right that is
// missing does not come back by itself: the copy is taken away, and the
// placement fails for a reason that a person can do something about. Any other
// answer says nothing of the bytes, and the copy is looked at again.
func (e *Engine) unread(ctx context.Context, unit models.BusinessUnit, o outcome, etag, what string, err error) outcome {
	if reason := objects.ReasonOf(err); reason != objects.Denied && reason != objects.Refused {
		return o.undecided(what, err)
	}
	if err := e.takeAway(ctx, unit, o, etag); err != nil {
		return o.undecided("A copy that could not be compared could not be taken away", err)
	}
	o.Attempts++
	return o.failed(what + ": " + objects.Explain(err) + ".")
}

// content is what reading an object gave.
type content struct {
	text  string // base64 of its SHA-256
	size  int64
	whole bool // the bytes have the checksum that they should have
}

// checksum is that of the bytes, for where S3 keeps none.
func (c content) checksum() objects.Checksum { return objects.Checksum("SHA256:" + c.text) }

// read reads an object to its end, while it has that ETag, and holds its bytes
// against a checksum unless that is empty. An error says nothing of the bytes.
func (e *Engine) read(ctx context.Context, bucket, key string, object objects.Object, sum objects.Checksum) (content, error) {
	body, err := e.Objects.Read(ctx, bucket, key, object.ETag)
	if err != nil {
		return content{}, err
	}
	all := sha256.New()
	var sink io.Writer = all
	stored := sum.Hash()
	if stored != nil {
		sink = io.MultiWriter(all, stored)
	}
	size, err := io.Copy(sink, body)
	if err := errors.Join(err, body.Close()); err != nil {
		return content{}, fmt.Errorf("read %s/%q: %w", bucket, key, err)
	}
	return content{
		text: base64.StdEncoding.EncodeToString(all.Sum(nil)), size: size,
		whole: stored == nil || sum.Is(stored),
	}, nil
}
