package e2e

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	_ "modernc.org/sqlite" // so that time can pass for the portal: see expireAll
)

// TestCloudCredentials is the story of a credential set, and of the files that it reaches, on an S3 and IAM server that somebody else wrote and
// runs, with the rights that `aws policy` prints and no others. It needs SEA_TEST_BARE, the path of that server's program.
func TestCloudCredentials(t *testing.T) {
	t.Parallel()
	there := otherServer(t)
	in := install(t)
	in.flags = there.cloudFlags()
	portal := there.identity(t, "portal", in.command("", append([]string{"aws", "policy"}, in.flags[2:]...)...))
	in.start(portal...)
	admin := in.signedIn(adminEmail, "administrator")
	admin.createUnit("Atlas", storyUnit)
	admin.createUnit("Atlas the second", otherUnit)
	other := admin.generate(otherUnit)
	files := map[string]string{"a.wav": "one", "b/c d+e.wav": "two", "ünder.wav": "three"}
	for key, body := range files {
		there.root.put(t, storyUnit+"/"+key, body, map[string]string{"media-type": copied})
	}
	there.root.put(t, storyUnit+"/moved.txt", "moved", map[string]string{"media-type": moved})
	files["moved.txt"] = "moved"
	rules := unitPath(storyUnit, "rules")
	admin.post(rules, ruleForm("Recordings", copied, "copy")).want(http.StatusSeeOther)
	admin.post(rules, ruleForm("Transcripts", moved, "move")).want(http.StatusSeeOther)
	admin.waitPlaced(storyUnit, len(files))

	old := admin.generate(storyUnit)
	if old.Bucket != cloudSEA || old.Endpoint != there.root.Endpoint {
		t.Errorf("the set is for %s at %s", old.Bucket, old.Endpoint)
	}
	wantFiles(t, old, files)
	old.wantRefusals(t, other)
	if left := there.root.list(t, cloudActive, storyUnit+"/"); len(left) != 3 {
		t.Errorf("active storage holds %v: the move left its source, or more is gone", left)
	}
	set := admin.regenerate(storyUnit)
	if _, err := old.sdk().ListObjectsV2(t.Context(), old.listing()); errorCode(err) != "InvalidAccessKeyId" {
		t.Errorf("the old set is answered %v", err)
	}
	wantFiles(t, set, files)
	downloaded(t, admin, files)
	if tried := admin.post("/system/rights", nil).want(http.StatusOK).Body; !strings.Contains(tried, "Nothing is missing") || !strings.Contains(tried, "iam:CreateAccessKey") {
		t.Errorf("with the rights that were printed: %s", tried)
	}

	in.stop()
	in.expireAll()
	in.start(portal...)
	eventually(t, placeWithin, "files are removed", func() (bool, string) {
		left := there.root.list(t, cloudSEA, set.Prefix)
		return len(left) == 0, fmt.Sprint(left)
	})
	admin.signIn(adminEmail, password)
	if rows := admin.files(storyUnit, "removed"); len(rows) != len(files) {
		t.Errorf("%d files are removed in the list", len(rows))
	}
	in.stop()
}

func wantFiles(t *testing.T, a account, files map[string]string) {
	t.Helper()
	listed := a.list(t, a.Bucket, a.Prefix)
	if len(listed) != len(files) {
		t.Errorf("the set lists %v", listed)
	}
	for key, body := range files {
		out, err := a.sdk().GetObject(t.Context(), &s3.GetObjectInput{Bucket: &a.Bucket, Key: aws.String(a.Prefix + key)})
		if err != nil {
			t.Errorf("get %s: %v", key, err)
			continue
		}
		got, err := io.ReadAll(out.Body)
		if err := errors.Join(err, out.Body.Close()); err != nil || string(got) != body {
			t.Errorf("%s is %q, %v", key, got, err)
		}
	}
}

// downloaded follows the portal's own download of a file.
func downloaded(t *testing.T, admin *portal, files map[string]string) {
	t.Helper()
	row := admin.keys(storyUnit, "placed")["a.wav"]
	to := admin.get(unitPath(storyUnit, "files", row.ID, "download")).want(http.StatusSeeOther).Header.Get("Location")
	if at, err := url.Parse(to); err != nil || !at.Query().Has("X-Amz-Signature") {
		t.Fatalf("a download leads to %s, %v", to, err)
	}
	if got := admin.get(to).want(http.StatusOK).Body; got != files["a.wav"] {
		t.Errorf("downloaded %q", got)
	}
}

// expireAll lets thirty days pass for what is placed: the clock of a portal in the aws mode cannot be moved.
func (in *installation) expireAll() {
	in.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(in.dataDir, "seaportal.db"))
	if err != nil {
		in.t.Fatal(err)
	}
	_, err = db.ExecContext(in.t.Context(), "UPDATE placements SET expires_at = placed_at WHERE state = 'placed'")
	if err := errors.Join(err, db.Close()); err != nil {
		in.t.Fatal(err)
	}
}

// TestCloudRefusesWhatDoesNotBelong starts the program with flags that contradict each other, or lead nowhere.
func TestCloudRefusesWhatDoesNotBelong(t *testing.T) {
	t.Parallel()
	in := install(t)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no buckets":    {[]string{"--mode", "aws"}, "--active-bucket"},
		"no mode":       {[]string{"--sea-bucket", "x"}, "belongs to --mode aws"},
		"one for both":  {[]string{"--mode", "aws", "--active-bucket", "x", "--sea-bucket", "x"}, "a bucket of their own"},
		"no IAM":        {[]string{"--mode", "aws", "--active-bucket", "x", "--sea-bucket", "y", "--s3-endpoint", "http://127.0.0.1:1"}, "--iam-endpoint"},
		"a moved clock": {[]string{"--mode", "aws", "--active-bucket", "x", "--sea-bucket", "y", "--clock-offset", "1h"}, "--clock-offset"},
		"samples":       {[]string{"--mode", "aws", "--active-bucket", "x", "--sea-bucket", "y", "--demo"}, "--demo"},
		"nobody it is":  {[]string{"--mode", "aws", "--active-bucket", "x", "--sea-bucket", "y"}, "no AWS credentials"},
		"an alias":      {[]string{"--mode", "aws", "--active-bucket", "x", "--sea-bucket", "y", "--kms-key", "arn:aws:kms:eu-west-1:1:alias/a"}, "alias"},
		"no such mode":  {[]string{"--mode", "azure"}, "--mode"},
	} {
		out, err := in.try("", append([]string{"serve"}, test.args...)...)
		if exitCode(err) != 1 || !strings.Contains(out, test.want) || strings.Count(strings.TrimSpace(out), "\n") > 0 {
			t.Errorf("%s: it ended with %v and said %q", name, err, out)
		}
	}
}
