package app_test

import (
	"bytes"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/demo"
	"seaportal/internal/testkit"
)

// logged is a log that may be read while it is written.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func keys(t *testing.T, client *s3.Client, bucket string) []string {
	t.Helper()
	listed, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, object := range listed.Contents {
		all = append(all, *object.Key)
	}
	return all
}

func printedPassword(t *testing.T, output string) string {
	t.Helper()
	found := regexp.MustCompile(`Password +(\S+)`).FindStringSubmatch(output)
	if found == nil {
		t.Fatalf("no password in %s", output)
	}
	return found[1]
}

// What the demo's rules make of its 210 files, which are the same each day.
const (
	placedSamples = 114
	keptSamples   = 156 // in active storage: all but the chats that were moved
)

func TestDemoFillsThePortalOnce(t *testing.T) {
	t.Parallel()
	log := &logged{}
	p := testkit.Start(t, testkit.Demo(), testkit.Log(log))
	p.Restart(t) // interrupts the first one, most likely
	first := printedPassword(t, p.Output)
	testkit.Await(t, "the demo", func() bool { return strings.Contains(log.String(), "demo is ready") })
	person := p.SignIn(t, demo.Email, first)
	for _, path := range []string{"/", "/business-units", "/history", "/business-units/" + demo.Slug + "/files"} {
		if answer := person.Get(t, path); answer.Status != 200 {
			t.Errorf("%s answers %d", path, answer.Status)
		}
	}
	operator := p.Operator(t)
	testkit.Await(t, "every rule to have its files", func() bool {
		return len(keys(t, operator, "sea")) == placedSamples && len(keys(t, operator, "active")) == keptSamples
	})

	contacts := map[string]bool{}
	for _, key := range append(keys(t, operator, "active"), keys(t, operator, "sea")...) {
		contacts[path.Base(key)] = true
	}
	if len(contacts) != 210 {
		t.Errorf("%d contacts", len(contacts))
	}

	settled := func() [2][]string {
		return [2][]string{keys(t, p.Operator(t), "active"), keys(t, p.Operator(t), "sea")}
	}
	before, done := settled(), strings.Count(log.String(), "demo is ready")
	p.Restart(t)
	testkit.Await(t, "the demo again", func() bool { return strings.Count(log.String(), "demo is ready") > done })
	if diff := cmp.Diff(before, settled()); diff != "" {
		t.Errorf("a second demo changed the files: %s", diff)
	}
	second := printedPassword(t, p.Output)
	if first == second {
		t.Error("the password is the same")
	}
	for _, secret := range []string{first, second, p.Env(t)["AWS_SECRET_ACCESS_KEY"]} {
		if strings.Contains(log.String(), secret) {
			t.Error("a secret is in the log")
		}
	}
}
