package lifecycle_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seaportal/internal/lifecycle"
	"seaportal/models"
)

// marked tells whether S3 may delete the placed file by itself.
func (b *bench) marked() bool {
	b.Helper()
	out, err := b.s3.GetObjectTagging(b.Context(), &s3.GetObjectTaggingInput{Bucket: aws.String("sea"), Key: aws.String(*b.unit.SEAPrefix + "a.wav")})
	if err != nil {
		b.Fatal(err)
	}
	for _, tag := range out.TagSet {
		if *tag.Key == "sea-expire" && *tag.Value == "yes" {
			return true
		}
	}
	return false
}

func (b *bench) backstopped() *lifecycle.Engine {
	e := b.engine(0, nil)
	e.Backstop = true
	return e
}

func TestAHoldKeepsAFileFromS3sOwnExpiryToo(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav") // placed before S3 had a backstop
	e, held := b.backstopped(), b.only("a.wav")
	if b.marked() {
		t.Error("marked, though S3 has no backstop")
	}
	if err := e.Hold(t.Context(), models.System, b.unit, held.ID, "a trial"); err != nil || b.marked() {
		t.Errorf("on hold: %v", err)
	}
	_, err := b.s3.PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{ // as if S3 had been away then
		Bucket: aws.String("sea"), Key: aws.String(*b.unit.SEAPrefix + "a.wav"),
		Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("sea-expire"), Value: aws.String("yes")}}},
	})
	if err != nil || !b.marked() {
		t.Fatal(err)
	}
	if err := e.ReconcileAll(t.Context()); err != nil || b.marked() {
		t.Errorf("reconciled: %v", err)
	}
	if err := e.Release(t.Context(), models.System, b.unit, held.ID); err != nil || !b.marked() {
		t.Errorf("released: %v", err)
	}
	if err := e.ReconcileAll(t.Context()); err != nil || !b.marked() {
		t.Errorf("reconciled after the release: %v", err)
	}
	b.verifyHistory()
}

func TestAHoldStandsThoughS3DoesNotAnswer(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	held := b.only("a.wav")
	key := *b.unit.SEAPrefix + "a.wav"
	if _, err := b.s3.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("sea"), Key: &key}); err != nil {
		t.Fatal(err)
	}
	if err := b.backstopped().Hold(t.Context(), models.System, b.unit, held.ID, "a trial"); err != nil {
		t.Error(err)
	}
	if !b.only("a.wav").Held || strings.TrimSpace(b.only("a.wav").LastError) != "" {
		t.Errorf("%+v", b.only("a.wav"))
	}
}
