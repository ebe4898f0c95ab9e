package objects_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/objects"
	"seaportal/internal/testkit/cloud"
)

func TestMain(m *testing.M) { os.Exit(cloud.Run(m)) }

const bucket = cloud.SEABucket

// place is a client with a prefix of its own.
type place struct {
	*testing.T
	*objects.Client
	s3     *s3.Client
	prefix string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	client := cloud.Shared(t).Operator(nil)
	return &place{T: t, Client: objects.New(client), s3: client, prefix: strings.ToLower(t.Name()) + "/"}
}

func (p *place) put(key string, body []byte, in s3.PutObjectInput) objects.Head {
	p.Helper()
	in.Bucket, in.Key, in.Body = aws.String(bucket), aws.String(p.prefix+key), bytes.NewReader(body)
	if _, err := p.s3.PutObject(p.Context(), &in); err != nil {
		p.Fatal(err)
	}
	head, err := p.Head(p.Context(), bucket, p.prefix+key)
	if err != nil {
		p.Fatal(err)
	}
	return head
}

func (p *place) read(key string) []byte {
	p.Helper()
	body, err := p.Read(p.Context(), bucket, p.prefix+key, "")
	if err != nil {
		p.Fatal(err)
	}
	content, err := io.ReadAll(body)
	if err := errors.Join(err, body.Close()); err != nil {
		p.Fatal(err)
	}
	return content
}

func (p *place) copyOf(source objects.Head) objects.CopyInput {
	return objects.CopyInput{SourceBucket: bucket, Source: source, Bucket: bucket, Key: p.prefix + "copy", Mark: "42"}
}

func TestCopyInPartsIsTheSameObject(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.LimitCopies(6<<20, 5<<20)
	body := make([]byte, 11<<20+3)
	for i := range body {
		body[i] = byte(rand.N(256))
	}
	source := p.put("large +%2F é.wav", body, s3.PutObjectInput{
		ContentType: aws.String("audio/wav"), CacheControl: aws.String("no-store"), Tagging: aws.String("case=a%20b%2Fc"),
		Metadata: map[string]string{"skill": "Claims"}, ChecksumAlgorithm: "CRC64NVME",
	})
	copied, err := p.Copy(t.Context(), p.copyOf(source))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(p.read("copy"), body) {
		t.Error("the bytes differ")
	}
	if !source.Checksum.Comparable(copied.Checksum) || source.Checksum != copied.Checksum {
		t.Errorf("checksums %s and %s", source.Checksum, copied.Checksum)
	}
	got, err := p.Head(t.Context(), bucket, p.prefix+"copy")
	if err != nil {
		t.Fatal(err)
	}
	want := source.Header
	want.Metadata = map[string]string{"skill": "Claims", objects.PlacementMark: "42"}
	if diff := cmp.Diff(want, got.Header); diff != "" {
		t.Error(diff)
	}
	tags, err := p.s3.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: aws.String(bucket), Key: aws.String(p.prefix + "copy")})
	if err != nil || len(tags.TagSet) != 1 || *tags.TagSet[0].Value != "a b/c" {
		t.Errorf("tags %+v, %v", tags, err)
	}
	if _, err := p.Copy(t.Context(), p.copyOf(source)); objects.ReasonOf(err) != objects.Precondition {
		t.Errorf("onto a taken key: %v", err)
	}
}

func TestCopyInPartsOfAChangedSourceLeavesNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.LimitCopies(6<<20, 5<<20)
	source := p.put("large", make([]byte, 7<<20), s3.PutObjectInput{})
	p.put("large", make([]byte, 8<<20), s3.PutObjectInput{})
	if _, err := p.Copy(t.Context(), p.copyOf(source)); objects.ReasonOf(err) != objects.Precondition {
		t.Errorf("copied what changed: %v", err)
	}
	if n, err := p.AbortUploads(t.Context(), bucket, p.prefix, time.Now().Add(time.Hour)); err != nil || n != 0 {
		t.Errorf("%d uploads were left, %v", n, err)
	}
}

func TestAbandonedUploadsAreAborted(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for _, key := range []string{"a", "b"} {
		_, err := p.s3.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: aws.String(bucket), Key: aws.String(p.prefix + key)})
		if err != nil {
			t.Fatal(err)
		}
	}
	for before, want := range map[time.Duration]int{-time.Hour: 0, time.Hour: 2} {
		if n, err := p.AbortUploads(t.Context(), bucket, p.prefix, time.Now().Add(before)); err != nil || n > want {
			t.Errorf("before %v: %d aborted, want %d, %v", before, n, want, err)
		}
	}
	if n, err := p.AbortUploads(t.Context(), bucket, p.prefix, time.Now().Add(time.Hour)); err != nil || n != 0 {
		t.Errorf("%d were left, %v", n, err)
	}
}

func TestCopyIsConditionalOnBothSides(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	old := p.put("a", []byte("old"), s3.PutObjectInput{})
	source := p.put("a", []byte("new"), s3.PutObjectInput{})
	if _, err := p.Copy(t.Context(), p.copyOf(old)); objects.ReasonOf(err) != objects.Precondition {
		t.Errorf("of what changed: %v", err)
	}
	if _, err := p.Copy(t.Context(), p.copyOf(source)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Copy(t.Context(), p.copyOf(source)); objects.ReasonOf(err) != objects.Precondition {
		t.Errorf("onto a taken key: %v", err)
	}
	if err := p.Delete(t.Context(), bucket, p.prefix+"a", old.ETag); objects.ReasonOf(err) != objects.Precondition {
		t.Errorf("deleted other content: %v", err)
	}
	if err := p.Delete(t.Context(), bucket, p.prefix+"a", source.ETag); err != nil {
		t.Error(err)
	}
	if _, err := p.Head(t.Context(), bucket, p.prefix+"a"); objects.ReasonOf(err) != objects.NotFound {
		t.Errorf("after the deletion: %v", err)
	}
}

func TestListGivesEveryKeyInByteOrder(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	want := []string{" ", "%2F", "+", "A", "a/b", "a\x01", "a\nb", "ä", "🎧"}
	for _, key := range want {
		p.put(key, []byte(key), s3.PutObjectInput{})
	}
	var got []string
	err := p.List(t.Context(), bucket, p.prefix, func(o objects.Object) error {
		got = append(got, strings.TrimPrefix(o.Key, p.prefix))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sorted := append([]string{}, want...)
	// Byte order: "a\x01" and "a\nb" come before "a/b".
	sorted = []string{sorted[0], sorted[1], sorted[2], sorted[3], "a\x01", "a\nb", "a/b", sorted[7], sorted[8]}
	if diff := cmp.Diff(sorted, got); diff != "" {
		t.Error(diff)
	}
}

func TestListGoesThroughEveryPage(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.LimitPages(3)
	const files = 10
	for i := range files {
		p.put(strconv.Itoa(i), nil, s3.PutObjectInput{})
	}
	seen := 0
	count := func(objects.Object) error { seen++; return nil }
	if err := p.List(t.Context(), bucket, p.prefix, count); err != nil || seen != files {
		t.Errorf("saw %d, %v", seen, err)
	}
	enough := errors.New("enough")
	seen = 0
	err := p.List(t.Context(), bucket, p.prefix, func(objects.Object) error {
		if seen++; seen == 4 { // on the second page, when the third is asked for
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || seen != 4 {
		t.Errorf("saw %d, %v", seen, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = p.List(ctx, bucket, p.prefix, func(objects.Object) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a listing that was cancelled ended with %v", err)
	}
}

func TestReasonsOfWhatNeverAnswered(t *testing.T) {
	t.Parallel()
	gate := &cloud.Gate{}
	gate.Decide(func(string, int) cloud.Fate { return cloud.Lost })
	client := objects.New(cloud.Shared(t).Operator(gate))
	_, err := client.Head(t.Context(), bucket, "a")
	if objects.ReasonOf(err) != objects.Interrupted || objects.Explain(err) != "S3 did not answer" {
		t.Errorf("%s: %s", objects.ReasonOf(err), objects.Explain(err))
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := client.Head(stopped, bucket, "a"); objects.ReasonOf(err) != objects.Stopped {
		t.Errorf("stopped: %v", err)
	}
}

func TestPresignedURLAnswersAsTold(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.put("a.html", []byte("<script>"), s3.PutObjectInput{ContentType: aws.String("text/html")})
	url, err := p.PresignGet(t.Context(), bucket, p.prefix+"a.html", objects.PresignOptions{
		TTL: time.Minute, ContentDisposition: `attachment; filename="a.html"`, ContentType: "application/octet-stream",
	})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	got := fmt.Sprint(answer.StatusCode, answer.Header.Get("Content-Disposition"), answer.Header.Get("Content-Type"))
	if want := `200attachment; filename="a.html"application/octet-stream`; got != want {
		t.Errorf("answered %s", got)
	}
}
