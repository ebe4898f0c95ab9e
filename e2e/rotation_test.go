package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const rotatedUnit = "rotated"

// TestMasterKeyIsRotatedWhileServing replaces the master key under a portal that a partner reads from all the time: no read fails, the
// operator's old account and the links that it signed are dead, the old key file opens nothing, and all goes on.
func TestMasterKeyIsRotatedWhileServing(t *testing.T) {
	t.Parallel()
	in := launch(t)
	p := in.signedIn(adminEmail, "administrator")
	p.createUnit("Rotated", rotatedUnit)
	old := in.operator()
	old.put(t, rotatedUnit+"/a.txt", "before", map[string]string{"media-type": copied})
	p.post(unitPath(rotatedUnit, "rules"), ruleForm("Copy it", copied, "copy")).want(http.StatusSeeOther)
	p.waitPlaced(rotatedUnit, 1)
	set := p.generate(rotatedUnit)
	signed, err := s3.NewPresignClient(old.sdk()).PresignGetObject(t.Context(),
		&s3.GetObjectInput{Bucket: aws.String("active"), Key: aws.String(rotatedUnit + "/a.txt")})
	if err != nil {
		t.Fatal(err)
	}
	keyFile := filepath.Join(in.dataDir, "master.key")
	before, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}

	var reads atomic.Int64
	ended, end := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-end:
				return
			default:
			}
			out, err := set.sdk().GetObject(t.Context(), &s3.GetObjectInput{Bucket: &set.Bucket, Key: aws.String(set.Prefix + "a.txt")})
			if err != nil {
				ended <- fmt.Errorf("read %d: %w", reads.Load(), err)
				return
			}
			_ = out.Body.Close()
			reads.Add(1)
		}
	}()
	if said := in.command("", "keys", "rotate", "--data-dir", in.dataDir); !strings.Contains(said, " anew, under the master key local:") {
		t.Errorf("it prints %q", said)
	}
	eventually(t, 10*time.Second, "the operator's old account is refused", func() (bool, string) {
		_, err := old.sdk().ListBuckets(t.Context(), &s3.ListBucketsInput{})
		return errorCode(err) == "InvalidAccessKeyId", fmt.Sprint(err)
	})
	enough := reads.Load() + 20
	eventually(t, 10*time.Second, "the partner reads on", func() (bool, string) { return reads.Load() > enough, fmt.Sprint(reads.Load()) })
	close(end)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if status := fetched(t, signed.URL); status != http.StatusForbidden {
		t.Errorf("what the old account had signed is answered %d", status)
	}

	operator := in.operator()
	if operator.ID == old.ID {
		t.Error("storage env prints the old account")
	}
	operator.put(t, rotatedUnit+"/b.txt", "after", map[string]string{"media-type": copied})
	p.waitPlaced(rotatedUnit, 2)
	fresh := p.regenerate(rotatedUnit)
	in.command("", "manifest", "rotate", "--data-dir", in.dataDir)
	in.command("", "history", "verify", "--data-dir", in.dataDir)
	for key, want := range map[string]string{"a.txt": "before", "b.txt": "after"} {
		if got := fresh.content(t, key); got != want {
			t.Errorf("%s is %q", key, got)
		}
	}

	in.stop()
	now, err := os.ReadFile(keyFile)
	if err != nil || bytes.Equal(now, before) || bytes.Count(now, []byte("\n")) != 1 {
		t.Errorf("the key file has %d lines, %v", bytes.Count(now, []byte("\n")), err)
	}
	if err := os.WriteFile(keyFile, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := in.try("", "storage", "env", "--data-dir", in.dataDir); err == nil || !strings.Contains(said+err.Error(), "master key") {
		t.Errorf("the old key file: %q, %v", said, err)
	}
	if err := os.WriteFile(keyFile, now, 0o600); err != nil {
		t.Fatal(err)
	}
	in.start()
	if got := fresh.content(t, "b.txt"); got != "after" {
		t.Errorf("after a restart it is %q", got)
	}
	in.stop()
}

func fetched(t *testing.T, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}
