// Package cloud gives the tests of one package a real S3 + IAM server, shared
// by all of them, and clients whose connections a test can break at any call.
// Each test keeps to units of its own.
package cloud

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/embedded"
	"seaportal/internal/keyring"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
)

// What the server is set up with.
const (
	Region    = "eu-central-1"
	SEABucket = "sea"

	rootKey    = "AKIAOPERATOR00000000"
	rootSecret = "operator-secret-that-is-long-enough-0000"
)

// Cloud is the running server.
type Cloud struct {
	server *embedded.Server
	db     *store.Store
}

var (
	dir    string
	opened *Cloud
	once   = sync.OnceValue(open)
)

// Run runs a package's tests, stops the server if any of them used it, and
// gives the exit code. Call it from TestMain.
func Run(m *testing.M) int {
	var err error
	if dir, err = os.MkdirTemp("", "cloud"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if opened != nil {
		err = errors.Join(opened.server.Stop(context.Background()), opened.db.Close())
	}
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// Shared gives the server, started by the first test that asks.
func Shared(t testing.TB) *Cloud {
	t.Helper()
	if err := once(); err != nil {
		t.Fatal(err)
	}
	return opened
}

func open() error {
	ctx, quiet := context.Background(), slog.New(slog.DiscardHandler)
	db, err := store.Open(ctx, store.Config{URL: "sqlite:" + filepath.Join(dir, "sea.db"), Log: quiet})
	if err != nil {
		return err
	}
	keys, err := keyring.New(ctx, keyring.Config{Store: db, Dir: dir})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	server, err := embedded.Start(ctx, embedded.Config{
		DataDir: dir, S3Listen: "127.0.0.1:0", Region: Region,
		RootAccessKey: rootKey, RootSecret: sealed.NewPlain(rootSecret),
		Keys: keys, Store: db, Notify: func(embedded.Event) {}, Log: quiet,
	})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	opened = &Cloud{server: server, db: db}
	_, err = opened.Operator(nil).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(SEABucket)})
	return err
}

// Endpoint is the URL of S3.
func (c *Cloud) Endpoint() string { return c.server.S3Endpoint() }

// S3 gives a client that signs with that key, on connections of its own,
// through a gate unless that is nil.
func (c *Cloud) S3(gate *Gate, accessKeyID string, secret sealed.Plain) *s3.Client {
	return s3.NewFromConfig(c.settings(gate, Region, accessKeyID, secret), func(o *s3.Options) {
		o.BaseEndpoint, o.UsePathStyle = aws.String(c.server.S3Endpoint()), true
	})
}

// Operator gives an S3 client that may do anything.
func (c *Cloud) Operator(gate *Gate) *s3.Client {
	return c.S3(gate, rootKey, sealed.NewPlain(rootSecret))
}

// IAM gives the operator's IAM client, through a gate unless that is nil.
func (c *Cloud) IAM(gate *Gate) *iam.Client {
	return iam.NewFromConfig(c.settings(gate, embedded.IAMRegion, rootKey, sealed.NewPlain(rootSecret)), func(o *iam.Options) {
		o.BaseEndpoint = aws.String(c.server.IAMEndpoint())
	})
}

func (c *Cloud) settings(gate *Gate, region, accessKeyID string, secret sealed.Plain) aws.Config {
	var transport http.RoundTripper = &http.Transport{DisableKeepAlives: true}
	if gate != nil {
		transport = &gated{gate: gate, next: transport}
	}
	return aws.Config{
		Region:           region,
		RetryMaxAttempts: 1, // a test that breaks a call means it
		HTTPClient:       &http.Client{Transport: transport},
		Credentials:      credentials.NewStaticCredentialsProvider(accessKeyID, secret.Reveal(), ""),
	}
}
