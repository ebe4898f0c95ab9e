package objects_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/objects"
)

// answering is an S3 that answers each request as told, or not at all.
type answering func(*http.Request) (status int, body string, err error)

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body, err := a(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Request: r, ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(body)),
		Header: http.Header{"Content-Type": {"application/xml"}}, Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

func (a answering) client() *objects.Client {
	return objects.New(s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://s3.invalid"), UsePathStyle: true,
		Credentials: aws.AnonymousCredentials{}, Retryer: aws.NopRetryer{}, HTTPClient: &http.Client{Transport: a},
	}))
}

// begins answers what a copy in parts asks before its first part.
func begins(r *http.Request) (string, bool) {
	switch q := r.URL.Query(); {
	case q.Has("tagging"):
		return "<Tagging><TagSet></TagSet></Tagging>", true
	case q.Has("uploads"):
		return "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>", true
	}
	return "", false
}

// TestACopyWhoseAnswerIsEmptyMayStand: S3 says 200 before it copies, and may
// break off after that.
func TestACopyWhoseAnswerIsEmptyMayStand(t *testing.T) {
	t.Parallel()
	client := answering(func(r *http.Request) (int, string, error) {
		if body, ok := begins(r); ok {
			return http.StatusOK, body, nil
		}
		return http.StatusOK, "", nil
	}).client()
	client.LimitCopies(6<<20, 5<<20)
	for what, size := range map[string]int64{"copy to": 1, "part ": 7 << 20} {
		in := objects.CopyInput{SourceBucket: "active", Source: objects.Head{Object: objects.Object{Key: "a", ETag: `"1"`, Size: size}}, Bucket: "sea", Key: "a"}
		if _, err := client.Copy(t.Context(), in); objects.ReasonOf(err) != objects.Interrupted || objects.Undone(err) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v, undone %t", what, err, objects.Undone(err))
		}
	}
}

// TestPartsThatStayDoNotHideWhyTheCopyFailed loses the answer of the copy's end,
// and denies that its parts are taken away.
func TestPartsThatStayDoNotHideWhyTheCopyFailed(t *testing.T) {
	t.Parallel()
	client := answering(func(r *http.Request) (int, string, error) {
		body, ok := begins(r)
		switch {
		case ok:
			return http.StatusOK, body, nil
		case r.Method == http.MethodPut:
			return http.StatusOK, `<CopyPartResult><ETag>"1"</ETag></CopyPartResult>`, nil
		case r.Method == http.MethodDelete:
			return http.StatusForbidden, "<Error><Code>AccessDenied</Code><Message>no right</Message></Error>", nil
		}
		return http.StatusOK, "", io.ErrUnexpectedEOF
	}).client()
	client.LimitCopies(6<<20, 5<<20)
	_, err := client.Copy(t.Context(), objects.CopyInput{
		SourceBucket: "active", Source: objects.Head{Object: objects.Object{Key: "a", ETag: `"1"`, Size: 7 << 20}}, Bucket: "sea", Key: "a",
	})
	if objects.ReasonOf(err) != objects.Interrupted || objects.Undone(err) || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("%s, undone %t: %v", objects.ReasonOf(err), objects.Undone(err), err)
	}
}
