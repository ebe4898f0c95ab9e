package embedded_test

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seaportal/internal/embedded"
)

const counterfoilArgument = "x-sea-counterfoil"

// hearing keeps what a server tells of fetches.
type hearing struct {
	mu  sync.Mutex
	all []embedded.Fetch
}

func (h *hearing) hear(f embedded.Fetch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, f)
}

// next waits for one fetch, and forgets it.
func (h *hearing) next(t *testing.T) embedded.Fetch {
	t.Helper()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	over := time.After(10 * time.Second)
	for {
		h.mu.Lock()
		if len(h.all) > 0 {
			first := h.all[0]
			h.all = h.all[1:]
			h.mu.Unlock()
			return first
		}
		h.mu.Unlock()
		select {
		case <-again.C:
		case <-over:
			t.Fatal("no fetch was told")
		}
	}
}

func (h *hearing) silent(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.all) > 0 {
		t.Errorf("told of %+v", h.all)
	}
}

// TestFetchesAreTold starts servers of its own, with and without TLS: files go
// out by sendfile in the one and not in the other.
func TestFetchesAreTold(t *testing.T) {
	issuer := httptest.NewUnstartedServer(nil) // only for its certificate
	issuer.StartTLS()
	issuer.Close()
	for name, secure := range map[string]bool{"plain": false, "TLS": true} {
		t.Run(name, func(t *testing.T) {
			h := &hearing{}
			r := start(t, t.TempDir(), func(c *embedded.Config) {
				c.Fetched, c.CounterfoilArgument = h.hear, counterfoilArgument
				if secure {
					c.TLS = &tls.Config{Certificates: issuer.TLS.Certificates, MinVersion: tls.VersionTLS12}
				}
			})
			if secure {
				r.http.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
			}
			fetches(t, r, h)
			stop(t, r)
		})
	}
}

func fetches(t *testing.T, r *rig, h *hearing) {
	t.Helper()
	bucket := r.bucket(t, "told")
	small, large := strings.Repeat("s", 100), strings.Repeat("l", 3<<20)
	put(t, r.operator(t), bucket, "unit/small", small)
	put(t, r.operator(t), bucket, "unit/large", large)
	put(t, r.operator(t), bucket, "unit/empty", "")
	key, secret := unitUser(t, r, "told", bucket, "unit")
	partner := r.s3(t, key, secret)
	read := func(name, span, want string) {
		t.Helper()
		in := &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("unit/" + name)}
		if span != "" {
			in.Range = &span
		}
		out, err := partner.GetObject(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(out.Body)
		if err != nil || string(body) != want {
			t.Fatalf("%s %s: %d bytes, %v", name, span, len(body), err)
		}
	}
	told := func(name string, from, length, size int64) embedded.Fetch {
		return embedded.Fetch{
			Bucket: bucket, Key: "unit/" + name, Size: size, From: from, Length: length, Sent: length, AccessKeyID: key, SourceIP: "127.0.0.1",
		}
	}
	times := cmpopts.IgnoreFields(embedded.Fetch{}, "Begun", "Ended")
	for _, c := range []struct {
		name, span, want string
		fetch            embedded.Fetch
	}{
		{"small", "", small, told("small", 0, 100, 100)},
		{"large", "", large, told("large", 0, 3<<20, 3<<20)},
		{"large", "bytes=1048576-2097151", large[:1<<20], told("large", 1<<20, 1<<20, 3<<20)},
		{"large", "bytes=-10", large[:10], told("large", 3<<20-10, 10, 3<<20)},
		{"empty", "", "", told("empty", 0, 0, 0)},
	} {
		read(c.name, c.span, c.want)
		got := h.next(t)
		if diff := cmp.Diff(c.fetch, got, times); diff != "" {
			t.Errorf("%s %s: %s", c.name, c.span, diff)
		}
		if got.Begun.IsZero() || got.Ended.Before(got.Begun) {
			t.Errorf("from %s to %s", got.Begun, got.Ended)
		}
	}
	untold(t, r, h, partner, bucket)
	byCounterfoil(t, r, h, bucket)
}

// untold makes requests that are no fetches of a partner's.
func untold(t *testing.T, r *rig, h *hearing, partner *s3.Client, bucket string) {
	t.Helper()
	if _, err := partner.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: aws.String("unit/small")}); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"unit/none", "other/x"} {
		if _, err := partner.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key}); err == nil {
			t.Errorf("GET %s", key)
		}
	}
	_, err := partner.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("unit/small"), Range: aws.String("bytes=500-")})
	if code(err) != "InvalidRange" {
		t.Error(err)
	}
	if err := get(t, r.operator(t), bucket, "unit/small"); err != nil {
		t.Error(err)
	}
	h.silent(t)
}

// byCounterfoil fetches by presigned URLs. Only what the operator's key signed makes
// a counterfoil true.
func byCounterfoil(t *testing.T, r *rig, h *hearing, bucket string) {
	t.Helper()
	presign := s3.NewPresignClient(r.operator(t))
	plain, err := presign.PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("unit/small")})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: r.http}
	for url, status := range map[string]int{plain.URL: http.StatusOK, plain.URL + "&" + counterfoilArgument + "=FORGED": http.StatusForbidden} {
		answer := fetchURL(t, client, url)
		if answer != status {
			t.Errorf("answered %d, want %d", answer, status)
		}
	}
	h.silent(t)
}

func fetchURL(t *testing.T, client *http.Client, url string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode
}

// TestAFetchThatBreaksOffIsToldWithWhatWasSent hangs up in the middle.
func TestAFetchThatBreaksOffIsToldWithWhatWasSent(t *testing.T) {
	h := &hearing{}
	r := start(t, t.TempDir(), func(c *embedded.Config) { c.Fetched = h.hear })
	bucket := r.bucket(t, "broken")
	const size = 64 << 20 // more than the buffers of a connection hold
	put(t, r.operator(t), bucket, "unit/large", strings.Repeat("x", size))
	key, secret := unitUser(t, r, "broken", bucket, "unit")
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	out, err := r.s3(t, key, secret).GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("unit/large")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out.Body, make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	hangUp()
	_ = out.Body.Close()
	if got := h.next(t); got.Sent < 1<<20 || got.Sent >= size || got.Length != size {
		t.Errorf("sent %d of %d", got.Sent, got.Length)
	}
}
