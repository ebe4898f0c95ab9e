package receipt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/clock"
	"seaportal/internal/embedded"
	"seaportal/internal/keyring"
	"seaportal/internal/receipt"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// servedEnv makes this test binary a server for the benchmark: with receipts or
// without, in a directory.
const (
	servedEnv     = "SEA_TEST_SERVE_RECEIPTS"
	servedDirEnv  = "SEA_TEST_SERVE_DIR"
	servedFiles   = 6000 // of 4 KiB
	servedRegion  = "us-east-1"
	servedRootKey = "AKIAOPERATOR00000000"
	servedRootSec = "operator-secret-that-is-long-enough-0000"
)

func TestMain(m *testing.M) {
	if os.Getenv(servedEnv) == "" {
		os.Exit(m.Run())
	}
	if err := serve(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve runs the embedded server, prints where it is and the partner's key, and
// ends with its standard input.
func serve(ctx context.Context) error {
	dir, quiet := os.Getenv(servedDirEnv), slog.New(slog.DiscardHandler)
	db, err := store.Open(ctx, store.Config{URL: "sqlite:" + filepath.Join(dir, "sea.db"), Log: quiet})
	if err != nil {
		return err
	}
	keys, err := keyring.New(ctx, keyring.Config{Store: db, Dir: dir})
	if err != nil {
		return err
	}
	receipts := receipt.New(db, clock.Real, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	cfg := embedded.Config{
		DataDir: filepath.Join(dir, "s3"), S3Listen: "127.0.0.1:0", Region: servedRegion, RootAccessKey: servedRootKey,
		RootSecret: sealed.NewPlain(servedRootSec), Keys: keys, Store: db, Notify: func(embedded.Event) {}, Log: quiet,
	}
	if os.Getenv(servedEnv) == "with" {
		receipts.Start(ctx)
		cfg.Fetched = func(f embedded.Fetch) {
			receipts.Observe(receipt.Fetch{
				Bucket: f.Bucket, Key: f.Key, Size: f.Size, From: f.From, Sent: f.Sent,
				AccessKeyID: f.AccessKeyID, Address: f.SourceIP, Begun: f.Begun, Ended: f.Ended,
			})
		}
	}
	server, err := embedded.Start(ctx, cfg)
	if err != nil {
		return err
	}
	if err := furnish(ctx, db, server); err != nil {
		return err
	}
	before := cpu()
	_, err = io.Copy(io.Discard, os.Stdin)
	_, errSaid := fmt.Fprintln(os.Stdout, cpu()-before)
	err = errors.Join(err, errSaid, server.Stop(ctx))
	receipts.Stop()
	return errors.Join(err, db.Close())
}

// cpu is how long the process has used a processor, in nanoseconds.
func cpu() int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return used.Utime.Nano() + used.Stime.Nano()
}

// furnish makes a unit with files in SEA and a partner that may read them.
func furnish(ctx context.Context, db *store.Store, server *embedded.Server) error {
	settings := aws.Config{Region: servedRegion, Credentials: credentials.NewStaticCredentialsProvider(servedRootKey, servedRootSec, "")}
	client := s3.NewFromConfig(settings, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = aws.String(server.S3Endpoint()), true })
	bucket, prefix := "sea", "bench/"
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
		return err
	}
	unit := models.BusinessUnit{
		Slug: "bench", Name: "bench", ActiveBucket: "active", ActivePrefix: prefix, StorageKind: models.StorageSystem,
		SEAState: models.SEAEnabled, SEABucket: &bucket, SEAPrefix: &prefix, RetentionDays: models.RetentionDays,
	}
	if err := db.CreateUnit(ctx, &unit); err != nil {
		return err
	}
	placed := clock.Real.Now()
	expires := placed.Add(30 * 24 * time.Hour)
	var rows []models.Placement
	for i := range servedFiles + 1 {
		size := 4 << 10
		if i == servedFiles {
			size = 1 << 30
		}
		key := fmt.Sprintf("%05d", i)
		_, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: aws.String(prefix + key), Body: bytes.NewReader(make([]byte, size))})
		if err != nil {
			return err
		}
		rows = append(rows, models.Placement{
			UnitID: unit.ID, FileID: int64(i + 1), Action: "copy", Key: key, SEAKey: key, Size: int64(size), State: models.PlacementPlaced,
			SourceState: models.SourceKept, QueuedAt: placed, PlacedAt: &placed, ExpiresAt: &expires,
		})
	}
	if err := db.InsertPlacements(ctx, rows); err != nil {
		return err
	}
	return introduce(ctx, settings, server)
}

// introduce makes the partner and prints its key.
func introduce(ctx context.Context, settings aws.Config, server *embedded.Server) error {
	settings.Region, settings.HTTPClient = embedded.IAMRegion, http.DefaultClient
	client := iam.NewFromConfig(settings, func(o *iam.Options) { o.BaseEndpoint = aws.String(server.IAMEndpoint()) })
	user := aws.String("sea-bench")
	if _, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: user}); err != nil {
		return err
	}
	_, err := client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: user, PolicyName: aws.String("sea"), PolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::sea/bench/*"}]}`)})
	if err != nil {
		return err
	}
	made, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user})
	if err != nil {
		return err
	}
	http.DefaultClient.CloseIdleConnections()
	_, err = fmt.Fprintln(os.Stdout, server.S3Endpoint(), *made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey)
	return err
}
