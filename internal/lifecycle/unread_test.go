package lifecycle_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/rule"
	"seaportal/models"
)

// unsummed hides all checksums of stored objects, as servers do that keep none, so
// that copies have to be read back, and denies what when says.
func unsummed(denied func(*http.Request) bool) wire {
	return wire{
		before: func(r *http.Request) (*http.Response, error) {
			if denied(r) {
				return refuse(r, http.StatusForbidden, "AccessDenied"), nil
			}
			return nil, nil
		},
		after: func(_ *http.Request, answer *http.Response) error {
			for name := range answer.Header {
				if strings.HasPrefix(name, "X-Amz-Checksum-") {
					answer.Header.Del(name)
				}
			}
			return nil
		},
	}
}

// asks tells whether a request is of that method and of a file in that bucket.
func asks(r *http.Request, method, bucket string) bool {
	return r.Method == method && strings.HasPrefix(r.URL.Path, "/"+bucket+"/") && strings.HasSuffix(r.URL.Path, ".wav")
}

func TestACopyThatMayNotBeComparedFailsAndIsTakenAway(t *testing.T) {
	t.Parallel()
	for bucket, want := range map[string]string{
		"sea":    "The copy could not be read back: S3 answered AccessDenied: as told.",
		"active": "The file could not be read, to compare it with its copy: S3 answered AccessDenied: as told.",
	} {
		t.Run(bucket, func(t *testing.T) {
			t.Parallel()
			b := sqliteBench(t)
			b.put("a.wav", "a", nil)
			b.rule("moves", rule.Move, nil)
			denied := true
			e := b.engine(0, through(unsummed(func(r *http.Request) bool { return denied && asks(r, http.MethodGet, bucket) })))
			if report := b.run(e); report.Failed != 1 {
				t.Errorf("report %+v", report)
			}
			if p := b.only("a.wav"); p.State != models.PlacementFailed || p.LastError != want || p.Attempts != 1 {
				t.Errorf("%s after %d attempts because %q", p.State, p.Attempts, p.LastError)
			}
			if keys := b.seaKeys(); len(keys) != 0 {
				t.Errorf("in SEA stands %q", keys)
			}
			denied = false
			if err := e.RetryFailed(t.Context(), models.System, b.unit); err != nil {
				t.Fatal(err)
			}
			b.run(e)
			if p := b.only("a.wav"); p.State != models.PlacementPlaced || p.SourceState != models.SourceDeleted {
				t.Errorf("%s, source %s: %s", p.State, p.SourceState, p.LastError)
			}
		})
	}
}

func TestACopyThatMayNotBeTakenAwayIsNotGivenUp(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("copies", rule.Copy, nil)
	b.run(b.engine(0, through(unsummed(func(r *http.Request) bool {
		return asks(r, http.MethodGet, "sea") || asks(r, http.MethodDelete, "sea")
	}))))
	if p := b.only("a.wav"); p.State != models.PlacementPlacing || !strings.Contains(p.LastError, "could not be taken away: S3 answered AccessDenied") {
		t.Errorf("%s because %q", p.State, p.LastError)
	}
	b.run(b.engine(time.Hour, nil))
	if p := b.only("a.wav"); p.State != models.PlacementPlaced || p.LastError != "" {
		t.Errorf("%s: %s", p.State, p.LastError)
	}
}

// TestTheLastCopyIsKeptWhenItMayNotBeRead says why, for as long as it lasts.
func TestTheLastCopyIsKeptWhenItMayNotBeRead(t *testing.T) {
	t.Parallel()
	b := newUnknown(t, rule.Copy)
	if _, err := b.s3.DeleteObject(t.Context(), &s3.DeleteObjectInput{
		Bucket: aws.String("active"), Key: aws.String(b.unit.ActivePrefix + "a.wav"),
	}); err != nil {
		t.Fatal(err)
	}
	for denied, want := range map[string]string{http.MethodHead: "could not be looked for", http.MethodGet: "could not be read back"} {
		b.run(b.engine(time.Hour, through(wire{before: func(r *http.Request) (*http.Response, error) {
			if asks(r, denied, "sea") {
				return refuse(r, http.StatusForbidden, "AccessDenied"), nil
			}
			return nil, nil
		}})))
		if p := b.first(); p.State != models.PlacementPlacing || !strings.Contains(p.LastError, want) {
			t.Errorf("%s because %q", p.State, p.LastError)
		}
	}
	b.run(b.engine(2*time.Hour, nil))
	b.wantPlaced(models.SourceKept)
}

// TestTheLastCopyIsKeptWhereS3KeepsNoChecksum holds it against the catalogued
// checksum, and else against the size alone.
func TestTheLastCopyIsKeptWhereS3KeepsNoChecksum(t *testing.T) {
	t.Parallel()
	unsummed := unsummed(func(*http.Request) bool { return false })
	for how, servers := range map[string][]wire{"reading": nil, "size": {unsummed}} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			b := newUnknown(t, rule.Copy, servers...)
			if _, err := b.s3.DeleteObject(t.Context(), &s3.DeleteObjectInput{
				Bucket: aws.String("active"), Key: aws.String(b.unit.ActivePrefix + "a.wav"),
			}); err != nil {
				t.Fatal(err)
			}
			b.run(b.engine(time.Hour, through(unsummed)))
			if p := b.first(); p.VerifiedBy != how || p.Checksum == "" {
				t.Errorf("verified by %q, checksum %q", p.VerifiedBy, p.Checksum)
			}
			b.wantPlaced(models.SourceKept)
		})
	}
}

// TestALastCopyThatIsNotTheFileIsTakenAway leaves half of it in SEA.
func TestALastCopyThatIsNotTheFileIsTakenAway(t *testing.T) {
	t.Parallel()
	b := newUnknown(t, rule.Copy)
	p := b.first()
	for _, meddle := range []func() error{
		func() error {
			_, err := b.s3.DeleteObject(t.Context(), &s3.DeleteObjectInput{
				Bucket: aws.String("active"), Key: aws.String(b.unit.ActivePrefix + "a.wav"),
			})
			return err
		},
		func() error {
			_, err := b.s3.PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: b.unit.SEABucket, Key: aws.String(*b.unit.SEAPrefix + "a.wav"), Body: strings.NewReader("fir"),
				Metadata: map[string]string{"sea-placement": strconv.FormatInt(p.ID, 10)},
			})
			return err
		},
	} {
		if err := meddle(); err != nil {
			t.Fatal(err)
		}
	}
	b.run(b.engine(time.Hour, nil))
	b.run(b.engine(2*time.Hour, nil))
	if p := b.first(); p.State != models.PlacementFailed || p.SourceState != models.SourceGone {
		t.Errorf("%s, source %s: %s", p.State, p.SourceState, p.LastError)
	}
	if keys := b.seaKeys(); len(keys) != 0 {
		t.Errorf("in SEA stands %q", keys)
	}
}
