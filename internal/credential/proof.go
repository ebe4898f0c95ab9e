package credential

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/sealed"
	"seaportal/models"
)

// codeDeadKey is what S3 answers to a key that it does not know. To a wrong
// signature by a key that is alive it answers SignatureDoesNotMatch. codeDenied
// is what it answers when it knows the key and the signature is right, but the
// policy allows no such request.
const (
	codeDeadKey = "InvalidAccessKeyId"
	codeDenied  = "AccessDenied"
)

// Proof is what was tried before a set was shown, and when it came true, counted
// from the moment when the set was asked for.
type Proof struct {
	// Accepted is when S3 answered the new key. Kept says that it knows the key
	// and refuses the portal, whose address is not among the allowed ones; else
	// it listed the location.
	Accepted time.Duration
	Kept     bool
	// Refusals is how many times in a row the old key was refused, FirstRefusal
	// and LastRefusal when; zero where there was no old key.
	Refusals                  int
	FirstRefusal, LastRefusal time.Duration
}

// details are the proof for the history. A proof that nobody timed is empty.
func (p Proof) details() map[string]any {
	details := map[string]any{}
	if p.Accepted > 0 {
		details["accepted_after_ms"] = p.Accepted.Milliseconds()
	}
	if p.Refusals > 0 {
		details["refusals"], details["refused_after_ms"] = p.Refusals, p.FirstRefusal.Milliseconds()
	}
	return details
}

// Waits between two tries, doubled from the first to the last.
const (
	firstWait = 50 * time.Millisecond
	lastWait  = 2 * time.Second
)

// proveAccepted returns once the new key has listed the unit's location, which
// takes until S3 has learned of key and policy. It tries as long as ctx lives.
// Where the unit's set works from some addresses only, the portal's may not be
// one of them: then S3 has to know the key and refuse the request, and kept is
// true.
func (s *Service) proveAccepted(ctx context.Context, unit models.BusinessUnit, accessKeyID string, secret sealed.Plain) (kept bool, err error) {
	err = s.until(ctx, func(ctx context.Context) (bool, error) {
		err := s.listAs(ctx, unit, accessKeyID, secret)
		if !hasCode(err, codeDenied) {
			return err == nil, err
		}
		current, failed := s.store.Unit(ctx, unit.ID) // the addresses may have changed meanwhile
		kept = failed == nil && len(current.Allowed()) > 0
		return kept, errors.Join(err, failed)
	})
	if kept {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("prove that key %s is accepted: %w", accessKeyID, err)
	}
	return kept, nil
}

// proveRefused returns once S3 has refused the key so many times in a row that
// it is dead, and gives when the first and the last of these refusals came. The
// key's secret is not kept, so a random one signs.
func (s *Service) proveRefused(ctx context.Context, unit models.BusinessUnit, accessKeyID string) (first, last time.Time, err error) {
	refusals := 0
	err = s.until(ctx, func(ctx context.Context) (bool, error) {
		for {
			err := s.listAs(ctx, unit, accessKeyID, sealed.NewPlain(rand.Text()))
			if !hasCode(err, codeDeadKey) {
				refusals = 0
				return false, errors.Join(errStillAlive, err)
			}
			last = now()
			if refusals++; refusals == 1 {
				first = last
			}
			if refusals >= s.proofCount {
				return true, nil
			}
			if err := pause(ctx, s.proofInterval); err != nil {
				return false, err
			}
		}
	})
	if err != nil {
		return first, last, fmt.Errorf("prove that key %s is refused: %w", accessKeyID, err)
	}
	return first, last, nil
}

var errStillAlive = errors.New("the key is not refused yet")

// listAs lists the unit's location, one key of it, signed with that key.
func (s *Service) listAs(ctx context.Context, unit models.BusinessUnit, accessKeyID string, secret sealed.Plain) error {
	_, err := s.s3(accessKeyID, secret).ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: unit.SEABucket, Prefix: unit.SEAPrefix, MaxKeys: aws.Int32(1),
	}, func(o *s3.Options) { o.Retryer = aws.NopRetryer{} })
	return err
}

// until calls try until it says that it is done, and gives what it then
// returned. It waits between the tries, and gives up when ctx ends.
func (s *Service) until(ctx context.Context, try func(context.Context) (done bool, err error)) error {
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		done, err := try(ctx)
		if done {
			return err
		}
		if over := pause(ctx, wait); over != nil {
			return errors.Join(over, err)
		}
	}
}

// pause waits, or gives the context's error when that ends first.
func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
