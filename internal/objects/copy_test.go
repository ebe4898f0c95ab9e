package objects_test

import (
	"errors"
	"io"
	"net"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/objects"
	"seaportal/internal/testkit/cloud"
)

// TestACopyWhoseAnswerWasLostIsNotSentAgain has a client that sends everything
// else again.
func TestACopyWhoseAnswerWasLostIsNotSentAgain(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	source := p.put("source", []byte("content"), s3.PutObjectInput{})
	gate := &cloud.Gate{}
	gate.Decide(func(string, int) cloud.Fate { return cloud.Mute })
	patient := s3.New(cloud.Shared(t).Operator(gate).Options(), func(o *s3.Options) { o.Retryer = retry.NewStandard() })
	_, err := objects.New(patient).Copy(t.Context(), p.copyOf(source))
	if objects.ReasonOf(err) != objects.Interrupted || objects.Undone(err) || len(gate.Calls()) != 1 {
		t.Errorf("%s, undone %v, after %q", objects.ReasonOf(err), objects.Undone(err), gate.Calls())
	}
}

func TestOnlyWhatNeverReachedS3IsUndoneWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for want, err := range map[bool]error{
		true:  &net.OpError{Op: "dial", Err: errors.New("no route")},
		false: &net.OpError{Op: "read", Err: io.ErrUnexpectedEOF},
	} {
		if objects.Undone(err) != want {
			t.Errorf("%v is undone: %v", err, !want)
		}
	}
}
