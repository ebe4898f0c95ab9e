package lifecycle

import (
	"context"
	"strconv"
	"strings"
	"time"

	"seaportal/internal/objects"
	"seaportal/models"
)

// maxStrangers bounds the suffixes tried in one attempt when objects that no
// placement explains stand in the way.
const maxStrangers = 20

func (e *Engine) leaseEnd() time.Time {
	return time.Now().UTC().Add(leaseTime).Truncate(time.Microsecond)
}

// notSeen begins the reason of a placement whose target S3 does not show.
const notSeen = "The copy may stand in SEA, where it could not be looked for"

// mark is the metadata by which a placement knows its own copy.
func mark(p models.Placement) string { return strconv.FormatInt(p.ID, 10) }

// attempt copies one file into SEA and verifies it. Every way it can end is an
// outcome.
func (e *Engine) attempt(ctx context.Context, unit models.BusinessUnit, o outcome) outcome {
	if o.source == nil {
		head, err := e.Objects.Head(ctx, unit.ActiveBucket, unit.ActivePrefix+o.Key)
		if err != nil {
			return o.refused(e.Clock.Now(), err)
		}
		o.source, o.corrected = &head, true
		o.Size, o.ContentType, o.Checksum = head.Size, head.ContentType, string(head.Checksum)
	}
	if o.source.ETag != o.SourceETag {
		return o.replaced()
	}
	if models.LongTerm(o.source.StorageClass) {
		return o.archived(o.source.StorageClass)
	}
	for range maxStrangers {
		copied, err := e.Objects.Copy(ctx, objects.CopyInput{
			SourceBucket: unit.ActiveBucket, Source: *o.source,
			Bucket: *unit.SEABucket, Key: *unit.SEAPrefix + o.SEAKey, Mark: mark(o.Placement), KMSKey: o.KeyARN, Expire: e.Backstop,
		})
		if err == nil {
			return e.verified(ctx, unit, o, copied)
		}
		if objects.ReasonOf(err) == objects.Stopped {
			return o
		}
		next, decided := e.lookAtTarget(ctx, unit, o, err)
		if decided {
			return next
		}
		o = next
	}
	return o.again(e.Clock.Now(), "Too many objects that SEA does not know stand under this name.")
}

// lookAtTarget decides what a refused or unanswered copy left: our own success,
// since a server may refuse what it has already done, nothing, or somebody
// else's object, in which case the placement gets the next free name and is not
// decided yet. Where S3 does not tell, the copy may stand.
func (e *Engine) lookAtTarget(ctx context.Context, unit models.BusinessUnit, o outcome, cause error) (outcome, bool) {
	target, err := e.Objects.Head(ctx, *unit.SEABucket, *unit.SEAPrefix+o.SEAKey)
	switch {
	case objects.ReasonOf(err) == objects.NotFound:
		return e.lookAtSource(ctx, unit, o, cause), true
	case err != nil && objects.Undone(cause):
		return o.refused(e.Clock.Now(), cause), true
	case err != nil:
		return o.unanswered(e.Clock.Now()).undecided(notSeen, err), true
	case target.Metadata[objects.PlacementMark] == mark(o.Placement):
		return e.adopted(ctx, unit, o, *o.source, target), true
	case objects.ReasonOf(cause) != objects.Precondition && objects.ReasonOf(cause) != objects.Conflicting:
		return o.refused(e.Clock.Now(), cause), true // the stranger is not why
	}
	next, err := e.retarget(ctx, unit, o)
	switch {
	case ctx.Err() != nil:
		return o, true // stopped: the next start decides
	case err != nil:
		return o.again(e.Clock.Now(), "Another object stands under this name in SEA."), true
	}
	return next, false
}

// lookAtSource decides about a copy that left nothing: the source is no longer
// what was catalogued, or the request never arrived, or is not worked off yet.
func (e *Engine) lookAtSource(ctx context.Context, unit models.BusinessUnit, o outcome, cause error) outcome {
	if objects.ReasonOf(cause) == objects.Interrupted && !objects.Undone(cause) {
		return o.lost(e.Clock.Now(), cause)
	}
	head, err := e.Objects.Head(ctx, unit.ActiveBucket, unit.ActivePrefix+o.Key)
	switch {
	case err != nil:
		return o.refused(e.Clock.Now(), err)
	case head.ETag != o.SourceETag:
		return o.replaced()
	case models.LongTerm(head.StorageClass):
		return o.archived(head.StorageClass)
	case objects.ReasonOf(cause) == objects.NotFound: // not the source, then: an upload that somebody ended, a bucket that is away
		return o.again(e.Clock.Now(), objects.Explain(cause)+".")
	}
	return o.refused(e.Clock.Now(), cause)
}

// verified ends an attempt whose copy was answered: placed when S3 says that it
// encrypted as it was asked to, and the answer's checksum is the source's, or
// else the bytes are.
func (e *Engine) verified(ctx context.Context, unit models.BusinessUnit, o outcome, copied objects.Copied) outcome {
	if !sameKey(copied.KMSKey, o.KeyARN) {
		return e.unencrypted(ctx, unit, o, copied.ETag)
	}
	source := *o.source
	if source.Checksum.Comparable(copied.Checksum) {
		if source.Checksum == copied.Checksum {
			return o.placed(verifiedByChecksum)
		}
		return e.broken(ctx, unit, o, copied.ETag)
	}
	target := source
	target.ETag, target.Checksum = copied.ETag, copied.Checksum
	return e.compared(ctx, unit, o, source, target, nil)
}

// sameKey tells whether what S3 reports is the key that was asked for: some
// servers name it by its id alone.
func sameKey(reported, asked string) bool {
	id := func(arn string) string { return arn[strings.LastIndexAny(arn, ":/")+1:] }
	return asked == "" || id(reported) == id(asked)
}

// unencrypted takes away a copy that does not rest under the key that it
// should, and gives the placement up: another attempt would come to the same.
func (e *Engine) unencrypted(ctx context.Context, unit models.BusinessUnit, o outcome, etag string) outcome {
	if err := e.takeAway(ctx, unit, o, etag); err != nil {
		return o.undecided("S3 did not encrypt the copy with the key "+o.KeyARN+", and it could not be taken away", err)
	}
	o.Attempts++
	return o.failed("S3 did not encrypt the copy with the key " + o.KeyARN +
		", so it was taken away. Check the key and the bucket's encryption settings, then retry.")
}

// broken takes a bad copy away, so that nothing half is left, and tries again.
func (e *Engine) broken(ctx context.Context, unit models.BusinessUnit, o outcome, etag string) outcome {
	if err := e.takeAway(ctx, unit, o, etag); err != nil {
		return o.undecided("The copy was not equal to the file, and could not be taken away", err)
	}
	return o.again(e.Clock.Now(), "The copy was not equal to the file.")
}

// takeAway deletes the copy that has that ETag. While it fails, the placement is
// not decided: nothing of ours may stay behind.
func (e *Engine) takeAway(ctx context.Context, unit models.BusinessUnit, o outcome, etag string) error {
	err := e.Objects.Delete(context.WithoutCancel(ctx), *unit.SEABucket, *unit.SEAPrefix+o.SEAKey, etag)
	if reason := objects.ReasonOf(err); reason == objects.NotFound || reason == objects.Precondition {
		return nil
	}
	return err
}
