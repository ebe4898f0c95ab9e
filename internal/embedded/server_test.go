package embedded_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/embedded"
)

func TestRestartKeepsUsersAndObjects(t *testing.T) {
	dir := t.TempDir()
	r := start(t, dir)
	bucket := r.bucket(t, "kept")
	put(t, r.operator(t), bucket, "unit/a.txt", "hello")
	key, secret := unitUser(t, r, "kept", bucket, "unit")
	if code(get(t, r.s3(t, key, secret), bucket, "unit/a.txt")) != "" {
		t.Fatal("the user cannot read before the restart")
	}
	stop(t, r)

	r = start(t, dir)
	if err := get(t, r.s3(t, key, secret), bucket, "unit/a.txt"); err != nil {
		t.Errorf("after the restart: %v", err)
	}
	used, err := r.iam(t).GetAccessKeyLastUsed(t.Context(), lastUsedOf(key))
	if err != nil || used.AccessKeyLastUsed.LastUsedDate == nil || *used.AccessKeyLastUsed.ServiceName != "s3" {
		t.Errorf("last use: %+v, %v", used, err)
	}
}

func TestNoSecretIsInAnyFileOrLog(t *testing.T) {
	dir := t.TempDir()
	r := start(t, dir)
	bucket := r.bucket(t, "secrets")
	_, secret := unitUser(t, r, "secrets", bucket, "unit")
	stop(t, r)
	if strings.Contains(r.log.String(), secret) || strings.Contains(r.log.String(), rootSec) {
		t.Error("a secret is in the log")
	}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(secret)) || bytes.Contains(text, []byte(rootSec)) {
			t.Errorf("%s has a secret in clear", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDataIsPrivateToTheProcessOwner(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	lock, err := embedded.LockDataDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Unlock() }()
	r := start(t, dir)
	put(t, r.operator(t), r.bucket(t, "private"), "deep/down/x", "x")
	for path, mode := range map[string]os.FileMode{
		"": 0o700, "run": 0o700, "run/iam.sock": 0o600, "run/admin.sock": 0o600,
		"objects/private/deep": 0o700, "objects/private/deep/down/x": 0o600,
	} {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%q: %v, %v", path, info.Mode().Perm(), err)
		}
	}
}

func TestASecondServerInTheProcessIsRefused(t *testing.T) {
	start(t, t.TempDir())
	if _, err := embedded.Start(t.Context(), embedded.Config{}); !errors.Is(err, embedded.ErrRunning) {
		t.Errorf("second start: %v", err)
	}
}

func TestATakenPortIsOneClearLine(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	_, err = open(t.Context(), t.TempDir(), taken.Addr().String())
	if err == nil || !strings.Contains(err.Error(), "is taken by another process") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("start on a taken port: %v", err)
	}
	stop(t, start(t, t.TempDir())) // the failed start left nothing behind
}

func TestStopIsQuickAndSaysNothing(t *testing.T) {
	r := start(t, t.TempDir())
	put(t, r.operator(t), r.bucket(t, "quick"), "a", "a")
	before := time.Now()
	stop(t, r)
	stop(t, r) // twice is once
	if took := time.Since(before); took > 2*time.Second {
		t.Errorf("the stop took %v", took)
	}
	if r.log.String() != "" {
		t.Errorf("log: %s", r.log.String())
	}
}

func TestSocketsFitBelowALongDataDirectory(t *testing.T) {
	r := start(t, filepath.Join(mkdir(t, filepath.Join(t.TempDir(), strings.Repeat("long", 30)))))
	key, secret := unitUser(t, r, "long", r.bucket(t, "long"), "unit")
	put(t, r.operator(t), "long", "unit/a", "a")
	if err := get(t, r.s3(t, key, secret), "long", "unit/a"); err != nil {
		t.Error(err)
	}
}

// Where extended attributes are missing the server makes the directory
// "metadata" and uses it from then on; here it finds one.
func TestMetadataInSidecarFilesSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, filepath.Join(dir, "metadata"))
	r := start(t, dir)
	bucket := r.bucket(t, "sidecar")
	_, err := r.operator(t).PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &bucket, Key: aws.String("a/b"), Body: strings.NewReader("text"), Metadata: map[string]string{"team": "blue"},
	})
	if err != nil {
		t.Fatal(err)
	}
	stop(t, r)
	r = start(t, dir)
	copied := put(t, r.operator(t), bucket, "c", "other")
	head, err := r.operator(t).HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: aws.String("a/b")})
	if err != nil || head.Metadata["team"] != "blue" || aws.ToString(head.ETag) == "" {
		t.Errorf("head: %+v, %v", head, err)
	}
	_, err = r.operator(t).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: aws.String("c"), IfMatch: copied.ETag})
	if err != nil {
		t.Errorf("conditional delete: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "metadata", bucket, "c")); !os.IsNotExist(err) {
		t.Errorf("metadata of a deleted object: %v", err)
	}
}

func TestErrorsBehindA500AreLoggedNotPrinted(t *testing.T) {
	dir := t.TempDir()
	r := start(t, dir)
	bucket := r.bucket(t, "broken")
	// A key with a zero byte passes the S3 layer and is more than a file can be called.
	_, err := r.operator(t).PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &bucket, Key: aws.String("a\x00b"), Body: strings.NewReader("x"),
	})
	stop(t, r)
	if err == nil || !strings.Contains(r.log.String(), "embedded server") {
		t.Errorf("answer %v, log %q", err, r.log.String())
	}
}

func TestTheS3APISpeaksTLS(t *testing.T) {
	issuer := httptest.NewUnstartedServer(nil) // only for its certificate
	issuer.StartTLS()
	issuer.Close()
	r := start(t, t.TempDir(), func(cfg *embedded.Config) {
		cfg.TLS = &tls.Config{Certificates: issuer.TLS.Certificates, MinVersion: tls.VersionTLS12}
	})
	r.http.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	r.http.TLSClientConfig.RootCAs.AddCert(issuer.Certificate())
	if !strings.HasPrefix(r.server.S3Endpoint(), "https://") {
		t.Errorf("endpoint %s", r.server.S3Endpoint())
	}
	put(t, r.operator(t), r.bucket(t, "tls"), "a", "a")
}

func mkdir(t *testing.T, dir string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// get reads an object to its end.
func get(t testing.TB, client *s3.Client, bucket, key string) error {
	t.Helper()
	out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, out.Body)
	return errors.Join(err, out.Body.Close())
}
