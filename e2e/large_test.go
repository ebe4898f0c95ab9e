package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const (
	largeUnit   = "large"
	largeKey    = "five gibibytes.bin"
	largeSize   = 5<<30 + 12_345 // more than one copy takes, and no whole number of parts
	largeWithin = 30 * time.Minute
)

// TestLargeFile has clients fetch one file of 5 GiB in parts, and go on where they were cut off.
func TestLargeFile(t *testing.T) {
	t.Parallel()
	if os.Getenv("SEA_TEST_LONG") == "" {
		t.Skip("takes minutes, and 20 GiB of disk: SEA_TEST_LONG is not set")
	}
	needPrograms(t, "aws", "rclone", "curl", "s3cmd", "s5cmd", "unzip", "python3")
	in := launch(t)
	p := in.signedIn(adminEmail, "administrator")
	p.createUnit("Large", largeUnit)
	want := uploadLarge(t, in.operator())
	p.post(unitPath(largeUnit, "rules"), ruleForm("Move it", copied, "move")).want(http.StatusSeeOther)
	p.run(largeUnit)
	eventually(t, largeWithin, "the large file is placed", func() (bool, string) {
		rows := p.files(largeUnit, "placed")
		return len(rows) == 1, countText(len(rows), 1)
	})
	set := p.generate(largeUnit)
	c := newCLI(t, set)
	c.patience = largeWithin

	t.Run("curl goes on", func(t *testing.T) {
		got := filepath.Join(c.home, "by-curl")
		if out, err := c.curl("--range", fmt.Sprintf("0-%d", largeSize/3), "--output", got, c.at(set.Prefix+largeKey)); err != nil {
			t.Fatalf("the first third: %v\n%s", err, out)
		}
		if out, err := c.curl("--continue-at", "-", "--output", got, c.at(set.Prefix+largeKey)); err != nil {
			t.Fatalf("the rest: %v\n%s", err, out)
		}
		wantSum(t, got, want)
	})
	t.Run("aws fetches parts at the same time", func(t *testing.T) {
		got := filepath.Join(c.home, "by-aws")
		if out, err := c.aws("s3", "cp", "--only-show-errors", set.url()+largeKey, got); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		wantSum(t, got, want)
	})
	t.Run("rclone reads at the end", func(t *testing.T) {
		out, err := c.rclone("cat", "--offset", "-16", c.remote()+largeKey)
		if err != nil || len(out) < 16 {
			t.Errorf("%v: %d bytes", err, len(out))
		}
	})
	c.wantLargeByOthers(t, set, want)
	t.Run("a ZIP holds it", func(t *testing.T) { in.wantLargeZIP(t, p, want) })
}

// uploadLarge stores the file, and gives its SHA-256.
func uploadLarge(t *testing.T, operator account) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "large")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(file, hash), rand.NewChaCha8([32]byte{5}), largeSize); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	c := newCLI(t, operator)
	c.patience = largeWithin
	out, err := c.aws("s3", "cp", "--only-show-errors", "--cli-read-timeout", "0", "--metadata", "media-type="+copied, path, "s3://"+operator.Bucket+"/"+largeUnit+"/"+largeKey)
	if err != nil {
		t.Fatalf("upload: %v\n%s", err, tail(out, 10))
	}
	if err := os.Remove(path); err != nil {
		t.Error(err)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// wantSum compares a file with a SHA-256, and takes it away.
func wantSum(t *testing.T, path, want string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if got := hex.EncodeToString(hash.Sum(nil)); err != nil || got != want {
		t.Errorf("%d bytes with SHA-256 %s, %v", size, got, err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
	if err := os.Remove(path); err != nil {
		t.Error(err)
	}
}
