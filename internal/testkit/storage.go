package testkit

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/app"
)

// awaitTime is how long Await waits: the slowest promise of the portal is a
// minute, and tests are of the quick ones.
const awaitTime = 20 * time.Second

// Env gives what `storage env` prints, by name.
func (p *Portal) Env(t *testing.T) map[string]string {
	t.Helper()
	var printed bytes.Buffer
	if err := app.StorageEnv(t.Context(), &printed, p.Config, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for line := range strings.Lines(printed.String()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		env[name] = value
	}
	return env
}

// Operator is an S3 client that may do anything.
func (p *Portal) Operator(t *testing.T) *s3.Client {
	t.Helper()
	env := p.Env(t)
	return p.S3As(t, env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
}

// S3As is an S3 client of whoever has these credentials. It does not retry.
func (p *Portal) S3As(t *testing.T, accessKeyID, secret string) *s3.Client {
	t.Helper()
	over := &http.Client{Transport: trusting()}
	t.Cleanup(over.CloseIdleConnections)
	return s3.NewFromConfig(aws.Config{
		Region:           p.Config.Region,
		BaseEndpoint:     aws.String(p.Env(t)["AWS_ENDPOINT_URL"]),
		Credentials:      credentials.NewStaticCredentialsProvider(accessKeyID, secret, ""),
		HTTPClient:       over,
		RetryMaxAttempts: 1,
	}, func(o *s3.Options) { o.UsePathStyle = true })
}

// trusting takes any certificate: which one a listener presents is for the
// tests of that to look at.
func trusting() *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: 16, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
}

// Put stores a file in active storage, below the unit's prefix.
func (p *Portal) Put(t *testing.T, client *s3.Client, slug, key, body string, metadata map[string]string) {
	t.Helper()
	_, err := client.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(app.ActiveBucket), Key: aws.String(slug + "/" + key),
		Body: strings.NewReader(body), Metadata: metadata,
	})
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
}

// Unit makes a business unit and enables SEA for it.
func (p *Portal) Unit(t *testing.T, by *Person, slug string) {
	t.Helper()
	by.MustPost(t, "/business-units", url.Values{"name": {slug}, "slug": {slug}})
	by.MustPost(t, "/business-units/"+slug+"/enable", url.Values{})
}

// Await asks until the answer is yes, and fails the test when it takes long.
func Await(t *testing.T, what string, done func() bool) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	over := time.After(awaitTime)
	for !done() {
		select {
		case <-again.C:
		case <-over:
			t.Fatalf("%s: not within %s", what, awaitTime)
		}
	}
}
