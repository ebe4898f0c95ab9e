package lifecycle_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/fault"
	"seaportal/models"
)

// TestExpiryLeavesAStrangersObjectUnderThePlacedName puts one there, as an
// operator may once the partner has deleted the file.
func TestExpiryLeavesAStrangersObjectUnderThePlacedName(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	if _, err := b.s3.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: b.unit.SEABucket, Key: aws.String(*b.unit.SEAPrefix + "a.wav"), Body: strings.NewReader("a stranger's"),
	}); err != nil {
		t.Fatal(err)
	}
	e := b.engine(month, nil)
	if err := errors.Join(e.ExpireDue(t.Context()), e.ReconcileAll(t.Context())); err != nil {
		t.Fatal(err)
	}
	if text, _ := b.sea("a.wav"); text != "a stranger's" {
		t.Errorf("in SEA stands %q", text)
	}
	if p := b.only("a.wav"); p.State != models.PlacementRemoved {
		t.Errorf("the placement is %s", p.State)
	}
	if page, err := e.Strangers(t.Context(), b.unit, ""); err != nil || len(page.Rows) != 1 {
		t.Errorf("reported %+v, %v", page.Rows, err)
	}
}

// TestARemovalThatIsLateLeavesWhatCameSince lets other content come under the
// name between the look at it and its deletion.
func TestARemovalThatIsLateLeavesWhatCameSince(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	late := through(wire{before: func(r *http.Request) (*http.Response, error) {
		if asks(r, http.MethodDelete, "sea") {
			_, err := b.s3.PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: b.unit.SEABucket, Key: aws.String(*b.unit.SEAPrefix + "a.wav"), Body: strings.NewReader("since"),
			})
			return nil, err
		}
		return nil, nil
	}})
	if err := b.engine(month, late).ExpireDue(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
	if text, _ := b.sea("a.wav"); text != "since" {
		t.Errorf("in SEA stands %q", text)
	}
}

// TestWhatMayNotBeLookedAtExpiresAllTheSame is of an object whose key is
// disabled.
func TestWhatMayNotBeLookedAtExpiresAllTheSame(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	if err := b.engine(month, refusing(http.MethodHead, "sea", "a.wav")).ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if keys := b.seaKeys(); len(keys) != 0 {
		t.Errorf("in SEA stands %q", keys)
	}
}

// TestARefusedRemovalWaitsForNoRun leaves one, and lets expiry alone come again.
func TestARefusedRemovalWaitsForNoRun(t *testing.T) {
	t.Parallel()
	b := placedBench(t, "a.wav")
	via := refusing(http.MethodDelete, "sea", "a.wav")
	for _, when := range []string{"at first", "and again"} {
		if err := b.engine(month, via).ExpireDue(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", when, err)
		}
	}
	if err := b.engine(month, nil).ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := b.only("a.wav"); p.State != models.PlacementRemoved || p.RemoveReason != models.RemovedExpired || p.LastError != "" {
		t.Errorf("%s: %s", p.State, p.LastError)
	}
	b.verifyHistory()
}
