package e2e

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	killedUnit = "killed"
	// longestRun is how long after a wish for a run, or after a start, the server is killed at the latest: about as long as a wave takes.
	longestRun = 700 * time.Millisecond
	uploaders  = 8
	largeFile  = 3 * mebibyte
)

// long tells whether the long tests were asked for.
func long() bool { return os.Getenv("SEA_TEST_LONG") != "" }

// TestKilledAgainAndAgain ends the server with SIGKILL at random moments while two rules place files, and starts it again each time. In
// the end every file must be placed exactly once, byte for byte. SEA_TEST_SEED repeats a run's files and moments.
func TestKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	kills, files := 10, 400
	if long() {
		kills, files = 200, 2000
	}
	seed := rand.Uint64()
	if text := os.Getenv("SEA_TEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("SEA_TEST_SEED=%d repeats this run", seed)
	k := newKilling(t, launch(t), seed)
	k.upload(t, files/2) // a crowd before the rules, so that the first kills meet full batches
	k.rule()
	for kill := range kills {
		k.upload(t, (files-len(k.sums))/(kills-kill))
		k.portal.run(killedUnit)
		k.dieWithin(t, longestRun)
		if k.random.IntN(4) == 0 { // and again, while it starts and takes over what was left
			k.in.spawn()
			k.dieWithin(t, longestRun)
		}
		k.in.start()
	}
	k.portal.waitPlaced(killedUnit, files)
	k.wantSettled(t)
	k.wantWhole(t)
	k.in.stop()
	k.in.start()
	k.portal.run(killedUnit)
	k.wantWhole(t)
}

// killing is one run of the kill test.
type killing struct {
	in       *installation
	portal   *portal
	operator account
	seed     uint64
	random   *rand.Rand
	sums     map[string]string // SHA-256 of each file by key
}

func newKilling(t *testing.T, in *installation, seed uint64) *killing {
	t.Helper()
	k := &killing{
		in: in, portal: in.signedIn(adminEmail, "administrator"), operator: in.operator(),
		seed: seed, random: rand.New(rand.NewPCG(seed, 1)), sums: map[string]string{},
	}
	k.portal.createUnit("Killed", killedUnit)
	return k
}

// rule makes the two rules.
func (k *killing) rule() {
	k.in.t.Helper()
	rules := unitPath(killedUnit, "rules")
	k.portal.post(rules, ruleForm("Copies", copied, "copy")).want(http.StatusSeeOther)
	k.portal.post(rules, ruleForm("Moves", moved, "move")).want(http.StatusSeeOther)
}

// dieWithin kills the server at a random moment.
func (k *killing) dieWithin(t *testing.T, longest time.Duration) {
	t.Helper()
	moment := time.NewTimer(time.Duration(k.random.Int64N(int64(longest))))
	defer moment.Stop()
	select {
	case <-moment.C:
	case <-t.Context().Done():
	}
	k.in.kill()
}

// content is the bytes of a file: a few large, most small, all different.
func (k *killing) content(i int) []byte {
	var source [32]byte
	copy(source[:], fmt.Sprintf("%d %d", i, k.seed))
	size := 1 + i*37%(32<<10)
	if i%50 == 49 {
		size = largeFile
	}
	body := make([]byte, size)
	_, _ = rand.NewChaCha8(source).Read(body) // never fails
	return body
}

// upload stores more files, every second one for the rule that moves.
func (k *killing) upload(t *testing.T, count int) {
	t.Helper()
	client := k.operator.sdk()
	var all sync.WaitGroup
	slots := make(chan struct{}, uploaders)
	for i := len(k.sums); count > 0; i, count = i+1, count-1 {
		media := copied
		if i%2 == 1 {
			media = moved
		}
		key, body := fmt.Sprintf("%s/%02d/%05d.dat", media, i%13, i), k.content(i)
		k.sums[key] = sum(body)
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			_, err := client.PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: &k.operator.Bucket, Key: aws.String(killedUnit + "/" + key), Body: bytes.NewReader(body),
				Metadata: map[string]string{"media-type": media},
			})
			if err != nil {
				t.Errorf("put %s: %v", key, err)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// sources are the keys that must be left in active storage.
func (k *killing) sources() []string {
	var keys []string
	for key := range k.sums {
		if strings.HasPrefix(key, copied) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// wantSettled waits until every moved source is gone: a file counts as placed a moment before that.
func (k *killing) wantSettled(t *testing.T) {
	t.Helper()
	want := len(k.sources())
	eventually(t, placeWithin, "moved sources are gone", func() (bool, string) {
		have := len(k.operator.list(t, k.operator.Bucket, killedUnit+"/"))
		return have == want, countText(have, want)
	})
}

// wantWhole compares what the portal lists, what S3 holds and what was stored.
func (k *killing) wantWhole(t *testing.T) {
	t.Helper()
	listed := k.portal.keys(killedUnit, "any")
	for key, r := range listed {
		if r.State != "placed" || k.sums[key] == "" {
			t.Errorf("%s is %s", key, r.State)
		}
	}
	var place account
	place.locate(t, k.portal.get(unitPath(killedUnit, "credentials")).want(http.StatusOK).field("file-location"))
	every := slices.Sorted(maps.Keys(k.sums))
	k.wantKeys(t, "listed by the portal", slices.Sorted(maps.Keys(listed)), every)
	k.wantKeys(t, "in SEA", slices.Sorted(maps.Keys(k.operator.list(t, place.Bucket, place.Prefix))), every)
	k.wantKeys(t, "in active storage", slices.Sorted(maps.Keys(k.operator.list(t, k.operator.Bucket, killedUnit+"/"))), k.sources())
	k.wantBytes(t, place.Bucket, place.Prefix, every)
	k.wantBytes(t, k.operator.Bucket, killedUnit+"/", k.sources())
	for _, bucket := range []string{place.Bucket, k.operator.Bucket} {
		out, err := k.operator.sdk().ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket})
		if err != nil || len(out.Uploads) > 0 {
			t.Errorf("uploads in parts of %s: %+v, %v", bucket, out, err)
		}
	}
	if out := k.in.command("", "history", "verify"); !strings.Contains(out, "history is whole") {
		t.Errorf("history verify: %s", out)
	}
}

func (k *killing) wantKeys(t *testing.T, where string, have, want []string) {
	t.Helper()
	if slices.Equal(have, want) {
		return
	}
	t.Errorf("%d keys %s, not %d", len(have), where, len(want))
	for _, key := range have {
		if _, found := slices.BinarySearch(want, key); !found {
			t.Errorf("%s is %s, and should not be", key, where)
		}
	}
	for _, key := range want {
		if _, found := slices.BinarySearch(have, key); !found {
			t.Errorf("%s is not %s", key, where)
		}
	}
}

func (k *killing) wantBytes(t *testing.T, bucket, prefix string, keys []string) {
	t.Helper()
	client := k.operator.sdk()
	for _, key := range keys {
		out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: aws.String(prefix + key)})
		if err != nil {
			t.Errorf("read %s/%s%s: %v", bucket, prefix, key, err)
			continue
		}
		body, err := io.ReadAll(out.Body)
		_ = out.Body.Close()
		if err != nil || sum(body) != k.sums[key] {
			t.Errorf("%s/%s%s has other content: %d bytes, %v", bucket, prefix, key, len(body), err)
		}
	}
}
