package e2e

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	vaultUnit = "vault"
	pattern   = "This sentence must rest nowhere in clear. "
	// patternSize is how much of it is placed, in bytes.
	patternSize = 64 << 20
)

// TestFilesRestEncrypted places 64 MiB of a known sentence, and looks for it in every file of the data directory but in active storage:
// while the server runs, after a kill -9, and in what the system keeps temporary files in.
func TestFilesRestEncrypted(t *testing.T) {
	t.Parallel()
	in := launch(t)
	p := in.signedIn(adminEmail, "administrator")
	p.createUnit("Vault", vaultUnit)
	content := strings.Repeat(pattern, patternSize/len(pattern))
	operator := in.operator()
	operator.put(t, vaultUnit+"/secret.txt", content, map[string]string{"media-type": copied, "skill": "sales"})
	p.post(unitPath(vaultUnit, "rules"), ruleForm("Copy it", copied, "copy")).want(http.StatusSeeOther)
	p.run(vaultUnit)
	p.waitPlaced(vaultUnit, 1)
	wantNowhere(t, in.dataDir)

	keyARN := p.get(unitPath(vaultUnit, "settings", "encryption")).want(http.StatusOK).Doc.Find("[data-field=key-arn]").First().Text()
	set := p.generate(vaultUnit)
	if got := set.content(t, "secret.txt"); got != content {
		t.Errorf("the partner gets %d bytes that differ", len(got))
	}
	in.kill()
	wantNowhere(t, in.dataDir)
	in.start()
	if got := set.content(t, "secret.txt"); got != content {
		t.Errorf("after a kill the partner gets %d bytes that differ", len(got))
	}

	p.post(unitPath(vaultUnit, "settings", "encryption", "disable"), url.Values{"key": {keyARN}, "confirm": {vaultUnit}}).want(http.StatusSeeOther)
	_, err := set.sdk().GetObject(t.Context(), &s3.GetObjectInput{Bucket: &set.Bucket, Key: aws.String(set.Prefix + "secret.txt")})
	if err == nil || !strings.Contains(err.Error(), "KMS.DisabledException: "+keyARN+" is disabled") {
		t.Errorf("with its key disabled the partner is told %v", err)
	}
	p.post(unitPath(vaultUnit, "settings", "encryption", "enable"), url.Values{"key": {keyARN}}).want(http.StatusSeeOther)
	if got := set.content(t, "secret.txt"); got != content {
		t.Error("with its key enabled again the file does not come back")
	}
}

// content is a file of the account's place.
func (a account) content(t *testing.T, key string) string {
	t.Helper()
	out, err := a.sdk().GetObject(t.Context(), &s3.GetObjectInput{Bucket: &a.Bucket, Key: aws.String(a.Prefix + key)})
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	defer func() { _ = out.Body.Close() }()
	text, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatalf("read %s: %v", key, err)
	}
	return string(text)
}

// wantNowhere looks for the sentence in every file below a directory but in active storage.
func wantNowhere(t *testing.T, dir string) {
	t.Helper()
	seen := int64(0)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path == filepath.Join(dir, "objects", "active") {
			return filepath.SkipDir
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		seen += int64(len(text))
		if bytes.Contains(text, []byte(pattern)) {
			t.Errorf("%s holds the sentence", path)
		}
		return nil
	})
	if err != nil || seen < patternSize {
		t.Fatalf("%d bytes were looked at, %v", seen, err)
	}
}
