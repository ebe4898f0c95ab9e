package embedded_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/testkit"
)

func TestManyMakeTheSameBucket(t *testing.T) {
	t.Parallel()
	const makers, names = 16, 40
	r := shared(t)
	client := r.operator(t)
	for i := range names {
		name := "by-many-" + strconv.Itoa(i)
		codes := make([]string, makers)
		var wait sync.WaitGroup
		for at := range codes {
			wait.Go(func() {
				_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name})
				codes[at] = code(err)
			})
		}
		wait.Wait()
		made := 0
		for _, c := range codes {
			switch c {
			case "":
				made++
			case "BucketAlreadyOwnedByYou":
			default:
				t.Errorf("%s: %s", name, c)
			}
		}
		if made != 1 {
			t.Errorf("%s was made %d times", name, made)
		}
	}
}

// A crash may leave the directory of a bucket without the access list that
// makes it one. Without a way on, the portal would never start again.
func TestABucketThatACrashLeftUnfinishedIsMade(t *testing.T) {
	t.Parallel()
	r := shared(t)
	client, name := r.operator(t), "unfinished"
	if err := os.Mkdir(filepath.Join(r.dir, "objects", name), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name})
	if code(err) != "BucketAlreadyOwnedByYou" {
		t.Errorf("made again: %v", err)
	}
	_, err = client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: aws.String("file"), Body: bytes.NewReader([]byte("text"))})
	if err != nil {
		t.Error(err)
	}
}

func TestABucketThatLostItsAttributesKeepsItsFiles(t *testing.T) {
	t.Parallel()
	r := shared(t)
	client, name := r.operator(t), "restored"
	file := filepath.Join(r.dir, "objects", name, "file")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name})
	if code(err) != "InternalError" {
		t.Errorf("made: %v", err)
	}
	if text, err := os.ReadFile(file); string(text) != "text" {
		t.Errorf("the file has %q, %v", text, err)
	}
	testkit.Await(t, "the log says why", func() bool { // it comes by a pipe
		return strings.Contains(r.log.String(), "restored without its extended attributes?")
	})
}
