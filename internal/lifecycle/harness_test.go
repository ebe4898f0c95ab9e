package lifecycle_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/clock"
	"seaportal/internal/embedded"
	"seaportal/internal/history"
	"seaportal/internal/keyring"
	"seaportal/internal/keys"
	"seaportal/internal/lifecycle"
	"seaportal/internal/objects"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

const (
	rootKey    = "AKIAOPERATOR00000000"
	rootSecret = "operator-secret-of-the-tests-only-0000000"
	region     = "us-east-1"
)

// server is the one embedded S3 server of this test binary, and those who
// listen to its events.
var server struct {
	endpoint  string
	keys      *keys.Local
	mu        sync.Mutex
	listeners map[int]func(embedded.Event)
	next      int
}

func TestMain(m *testing.M) {
	code := 1
	sequences := cmp.Or(os.Getenv("SEA_TEST_SEQUENCES"), "20")
	if err := flag.Set("rapid.checks", sequences); err != nil { // before the command line, which wins
		slog.Error("SEA_TEST_SEQUENCES is no number", slog.Any("error", err))
		os.Exit(code)
	}
	defer func() { os.Exit(code) }()
	if told := os.Getenv(siblingEnv); told != "" {
		if err := beSibling(context.Background(), told, os.Stdout); err != nil {
			slog.Error("no sibling", slog.Any("error", err))
			return
		}
		code = 0
		return
	}
	dir, err := os.MkdirTemp("", "lifecycle")
	if err != nil {
		slog.Error("no directory", slog.Any("error", err))
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	stop, err := startServer(dir)
	if err != nil {
		slog.Error("no S3 server", slog.Any("error", err))
		return
	}
	defer stop()
	code = m.Run()
}

func startServer(dir string) (func(), error) {
	ctx, quiet := context.Background(), slog.New(slog.DiscardHandler)
	iam, err := store.Open(ctx, store.Config{URL: "sqlite:" + filepath.Join(dir, "iam.db"), Log: quiet})
	if err != nil {
		return nil, err
	}
	master, err := keyring.New(ctx, keyring.Config{Store: iam, Dir: dir})
	if err != nil {
		return nil, err
	}
	server.listeners = make(map[int]func(embedded.Event))
	server.keys = &keys.Local{Store: iam, Master: master, Region: region, Clock: clock.Real}
	ordinary, err := server.keys.CreateKey(ctx, &kms.CreateKeyInput{})
	if err != nil {
		return nil, err
	}
	running, err := embedded.Start(ctx, embedded.Config{
		DataDir: filepath.Join(dir, "s3"), S3Listen: "127.0.0.1:0", Region: region,
		RootAccessKey: rootKey, RootSecret: sealed.NewPlain(rootSecret), Keys: master, Store: iam, Notify: tell, Log: quiet,
		Encryption: &embedded.Encryption{
			Buckets: []string{"sea"}, Keys: server.keys,
			DefaultKey: func(context.Context) (string, error) { return *ordinary.KeyMetadata.Arn, nil },
		},
	})
	if err != nil {
		return nil, err
	}
	server.endpoint = running.S3Endpoint()
	client := objects.New(s3Client(nil))
	for _, bucket := range []string{"active", "sea"} {
		if err := client.EnsureBucket(ctx, bucket); err != nil {
			return nil, err
		}
	}
	return func() {
		transport.CloseIdleConnections() // of those that nobody used, the server would wait for the end
		_ = running.Stop(ctx)
		_ = iam.Close()
	}, nil
}

func tell(event embedded.Event) {
	server.mu.Lock()
	defer server.mu.Unlock()
	for _, listener := range server.listeners {
		listener(event)
	}
}

// transport is everybody's: the server would run out of connections if each of
// many engines kept its own ones open.
var transport = awshttp.NewBuildableClient().GetTransport()

// s3Client speaks to the server, through via where it is not nil. It is made by
// hand: the SDK's search for a configuration costs a tenth of a short test.
func s3Client(via func(http.RoundTripper) http.RoundTripper) *s3.Client {
	options := s3.Options{
		Region: region, BaseEndpoint: &server.endpoint, UsePathStyle: true, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(rootKey, rootSecret, ""),
	}
	client := &http.Client{Transport: transport}
	if via != nil {
		client.Transport = via(transport)
	}
	options.HTTPClient = client
	return s3.New(options)
}

// bench is a unit with its own database and places on the shared server.
type bench struct {
	testing.TB
	store *store.Store
	unit  models.BusinessUnit
	s3    *s3.Client
	rules *rulebook.Service
}

func newBench(t testing.TB, s *store.Store) *bench {
	t.Helper()
	slug := "u" + strings.ToLower(rand.Text()[:12])
	unit := models.BusinessUnit{
		Slug: slug, Name: "Unit " + slug, Region: region, ActiveBucket: "active", ActivePrefix: slug + "/",
		StorageKind: models.StorageSystem, SEAState: models.SEAEnabled, SEABucket: aws.String("sea"),
		SEAPrefix: aws.String(slug + "/"), RetentionDays: models.RetentionDays,
	}
	if err := s.CreateUnit(t.Context(), &unit); err != nil {
		t.Fatal(err)
	}
	return &bench{TB: t, store: s, unit: unit, s3: s3Client(nil), rules: &rulebook.Service{Store: s, Clock: clock.Real}}
}

func sqliteBench(t testing.TB) *bench {
	t.Helper()
	return newBench(t, storetest.Open(t))
}

// engine makes an engine on the bench's database, its S3 calls through via.
func (b *bench) engine(offset time.Duration, via func(http.RoundTripper) http.RoundTripper) *lifecycle.Engine {
	return lifecycle.New(lifecycle.Config{
		Store: b.store, Objects: objects.New(s3Client(via)), Keys: b.keys(), Clock: clock.Shifted(offset),
		Log: slog.New(slog.DiscardHandler), Concurrency: 4, MaxSegment: 255, Alone: true,
	})
}

// keys knows the unit's key, which the server's KMS keeps.
func (b *bench) keys() *keys.Service {
	return &keys.Service{Store: b.store, KMS: server.keys, Clock: clock.Real}
}

// listen makes an engine hear of what happens on the server, as the running
// portal does.
func (b *bench) listen(e *lifecycle.Engine) {
	server.mu.Lock()
	id := server.next
	server.next++
	server.listeners[id] = func(event embedded.Event) {
		e.Observe(lifecycle.Event{
			Kind: lifecycle.EventKind(event.Kind), Bucket: event.Bucket, Key: event.Key,
			AccessKeyID: event.AccessKeyID, Address: event.SourceIP,
		})
	}
	server.mu.Unlock()
	e.Start(b.Context())
	b.Cleanup(func() {
		server.mu.Lock()
		delete(server.listeners, id)
		server.mu.Unlock()
		e.Stop()
	})
}

func (b *bench) put(key, content string, metadata map[string]string) {
	b.Helper()
	if metadata == nil {
		metadata = map[string]string{"media-type": "call-recording"}
	}
	_, err := b.s3.PutObject(b.Context(), &s3.PutObjectInput{
		Bucket: &b.unit.ActiveBucket, Key: aws.String(b.unit.ActivePrefix + key), Metadata: metadata,
		Body: strings.NewReader(content), ContentType: aws.String("audio/wav"),
	})
	if err != nil {
		b.Fatal(err)
	}
}

// read gives an object's content and whether it is there.
func (b *bench) read(bucket, key string) (string, bool) {
	b.Helper()
	out, err := b.s3.GetObject(b.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if objects.ReasonOf(err) == objects.NotFound {
		return "", false
	}
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = out.Body.Close() }()
	var text bytes.Buffer
	if _, err := io.Copy(&text, out.Body); err != nil {
		b.Fatal(err)
	}
	return text.String(), true
}

func (b *bench) active(key string) (string, bool) { return b.read("active", b.unit.ActivePrefix+key) }
func (b *bench) sea(key string) (string, bool)    { return b.read("sea", *b.unit.SEAPrefix+key) }

// seaKeys lists what stands in the unit's location.
func (b *bench) seaKeys() []string {
	b.Helper()
	var keys []string
	err := objects.New(b.s3).List(b.Context(), "sea", *b.unit.SEAPrefix, func(o objects.Object) error {
		keys = append(keys, strings.TrimPrefix(o.Key, *b.unit.SEAPrefix))
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return keys
}

// rule makes a rule that is on; change may adjust the definition first.
func (b *bench) rule(name string, action rule.Action, change func(*rule.Definition)) rulebook.Rule {
	b.Helper()
	definition := rule.Definition{
		Name: name, StartDate: rule.Day(time.Now()), MediaType: rule.CallRecording, Priority: 1,
		Action: action, State: rule.On,
	}
	if change != nil {
		change(&definition)
	}
	made, err := b.rules.Create(b.Context(), models.System, b.unit, definition)
	if err != nil {
		b.Fatal(err)
	}
	return made
}

func (b *bench) run(e *lifecycle.Engine) lifecycle.Report {
	b.Helper()
	report, err := e.RunUnit(b.Context(), b.unit.ID)
	if err != nil {
		b.Fatal(err)
	}
	return report
}

// placements gives all placements by key, oldest first for each key.
func (b *bench) placements() map[string][]models.Placement {
	b.Helper()
	rows, err := b.store.Placements(b.Context(), store.PlacementsQuery{UnitID: b.unit.ID, Limit: 100_000})
	if err != nil {
		b.Fatal(err)
	}
	byKey := make(map[string][]models.Placement)
	for i := len(rows) - 1; i >= 0; i-- {
		byKey[rows[i].Key] = append(byKey[rows[i].Key], rows[i])
	}
	return byKey
}

// only gives the one placement of a key.
func (b *bench) only(key string) models.Placement {
	b.Helper()
	rows := b.placements()[key]
	if len(rows) != 1 {
		b.Fatalf("%q has %d placements, want 1", key, len(rows))
	}
	return rows[0]
}

// wait polls until the condition holds.
func (b *bench) wait(what string, holds func() bool) {
	b.Helper()
	b.waitLong(10*time.Second, what, holds)
}

func (b *bench) waitLong(atMost time.Duration, what string, holds func() bool) {
	b.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(atMost)
	for !holds() {
		select {
		case <-tick.C:
		case <-limit:
			b.Fatalf("waited in vain: %s", what)
		}
	}
}

func (b *bench) verifyHistory() {
	b.Helper()
	if _, err := history.Verify(b.Context(), b.store); err != nil {
		b.Error(err)
	}
}

func content(i int) string { return fmt.Sprintf("content of file %d", i) }

// spread does something n times, workers at a time.
func spread(n, workers int, do func(i int)) {
	var all sync.WaitGroup
	slots := make(chan struct{}, workers)
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	all.Wait()
}
