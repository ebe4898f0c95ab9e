package embedded_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"seaportal/internal/embedded"
	"seaportal/internal/keyring"
	"seaportal/internal/keys"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
)

const (
	region  = "eu-central-1"
	rootKey = "AKIAOPERATOR00000000"
	rootSec = "operator-secret-that-is-long-enough-0000"

	encryptedBucket = "encrypted"
)

// rig is one running server with what it stands on. There can be one at a time:
// tests that start their own are not parallel and are over before the parallel
// ones begin, and those share one.
type rig struct {
	dir    string
	db     *store.Store
	keys   *keys.Local
	server *embedded.Server
	http   *http.Transport
	log    *lockedBuffer
	mu     sync.Mutex
	events []embedded.Event
}

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// open opens the database in dir and starts the server on it.
func open(ctx context.Context, dir, listen string, change ...func(*embedded.Config)) (*rig, error) {
	r := &rig{dir: dir, http: &http.Transport{MaxIdleConnsPerHost: 64}, log: &lockedBuffer{}}
	var err error
	r.db, err = store.Open(ctx, store.Config{URL: "sqlite:" + filepath.Join(dir, "sea.db"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	master, err := keyring.New(ctx, keyring.Config{Store: r.db, Dir: dir})
	if err != nil {
		return nil, err
	}
	r.keys = &keys.Local{Store: r.db, Master: master, Region: region}
	ordinary, err := r.keys.CreateKey(ctx, &kms.CreateKeyInput{})
	if err != nil {
		return nil, err
	}
	cfg := embedded.Config{
		DataDir: dir, S3Listen: listen, Region: region,
		RootAccessKey: rootKey, RootSecret: sealed.NewPlain(rootSec),
		Keys: master, Store: r.db, Notify: r.hear, Log: slog.New(slog.NewTextHandler(r.log, nil)),
		Encryption: &embedded.Encryption{
			Buckets: []string{encryptedBucket}, Keys: r.keys,
			DefaultKey: func(context.Context) (string, error) { return *ordinary.KeyMetadata.Arn, nil },
		},
	}
	for _, set := range change {
		set(&cfg)
	}
	r.server, err = embedded.Start(ctx, cfg)
	if err != nil {
		return nil, errors.Join(err, r.db.Close())
	}
	return r, nil
}

func (r *rig) close() error {
	r.http.CloseIdleConnections()
	return errors.Join(r.server.Stop(context.Background()), r.db.Close())
}

func (r *rig) hear(event embedded.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, event)
}

// heard gives the events below a bucket's prefix so far.
func (r *rig) heard(bucket, prefix string) []embedded.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []embedded.Event
	for _, event := range r.events {
		if event.Bucket == bucket && strings.HasPrefix(event.Key, prefix) {
			found = append(found, event)
		}
	}
	return found
}

func start(t *testing.T, dir string, change ...func(*embedded.Config)) *rig {
	t.Helper()
	r, err := open(t.Context(), dir, "127.0.0.1:0", change...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, r) }) // stopping twice is stopping once
	return r
}

func stop(t *testing.T, r *rig) {
	t.Helper()
	if err := r.close(); err != nil {
		t.Error(err)
	}
}

// common is the server that all parallel tests use, while any of them runs.
var common struct {
	mu    sync.Mutex
	rig   *rig
	users int
}

// shared gives the common server. Each test keeps to buckets and users of its
// own.
func shared(t testing.TB) *rig {
	t.Helper()
	common.mu.Lock()
	defer common.mu.Unlock()
	if common.users == 0 {
		dir, err := os.MkdirTemp("", "embedded") //nolint:usetesting // outlives the test that makes it
		if err != nil {
			t.Fatal(err)
		}
		if common.rig, err = open(t.Context(), dir, "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	common.users++
	t.Cleanup(func() { leave(t) })
	return common.rig
}

func leave(t testing.TB) {
	common.mu.Lock()
	defer common.mu.Unlock()
	if common.users--; common.users > 0 {
		return
	}
	if err := errors.Join(common.rig.close(), os.RemoveAll(common.rig.dir)); err != nil {
		t.Error(err)
	}
}

func (r *rig) aws(t testing.TB, key, secret string) aws.Config {
	t.Helper()
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(region),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(key, secret, "")),
		config.WithRetryMaxAttempts(1))
	if err != nil {
		t.Fatal(err)
	}
	cfg.HTTPClient = &http.Client{Transport: r.http}
	return cfg
}

// s3 is a client that signs with that key.
func (r *rig) s3(t testing.TB, key, secret string) *s3.Client {
	t.Helper()
	return s3.NewFromConfig(r.aws(t, key, secret), func(o *s3.Options) {
		o.BaseEndpoint, o.UsePathStyle = aws.String(r.server.S3Endpoint()), true
	})
}

// operator is the operator's S3 client.
func (r *rig) operator(t testing.TB) *s3.Client {
	t.Helper()
	return r.s3(t, rootKey, rootSec)
}

// iam is the operator's IAM client.
func (r *rig) iam(t testing.TB) *iam.Client {
	t.Helper()
	return iam.NewFromConfig(r.aws(t, rootKey, rootSec), func(o *iam.Options) {
		o.BaseEndpoint, o.Region = aws.String(r.server.IAMEndpoint()), embedded.IAMRegion
	})
}

// bucket makes a bucket and gives its name.
func (r *rig) bucket(t testing.TB, name string) string {
	t.Helper()
	if _, err := r.operator(t).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	return name
}

func put(t testing.TB, client *s3.Client, bucket, key, text string) *s3.PutObjectOutput {
	t.Helper()
	out, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(text)})
	if err != nil {
		t.Fatalf("put %s/%s: %v", bucket, key, err)
	}
	return out
}

// code gives the error code of an answer, empty without an error.
func code(err error) string {
	if err == nil {
		return ""
	}
	var answer smithy.APIError
	if errors.As(err, &answer) {
		return answer.ErrorCode()
	}
	return err.Error()
}
