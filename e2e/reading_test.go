package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	smallObjects = 64
	smallSize    = 4 << 10
	wholeSize    = 1 << 30
	// turn is how long one side of a comparison is asked before the other has its turn.
	turn = 3 * time.Second
)

// TestReadingIsAsQuickAsTheBareServer measures GET as a unit's own user against the bare S3 server as its root, which looks up nobody,
// checks no policy and encrypts nothing: two processes, the same disk, rounds in turns. What the unit reads rests encrypted; one file lies
// there from before files did, and shows what encryption costs. It needs SEA_TEST_BARE, the path of that server's program; SEA_TEST_ROUNDS is
// the number of rounds.
func TestReadingIsAsQuickAsTheBareServer(t *testing.T) {
	program := os.Getenv("SEA_TEST_BARE")
	if program == "" {
		t.Skip("SEA_TEST_BARE names no server to compare with")
	}
	in := launch(t)
	admin := in.signedIn(adminEmail, "administrator")
	admin.createUnit("Reading", "reading")
	ours := admin.generate("reading")
	bare, barePID := startBare(t, program)
	stock(t, in.operator(), ours)
	stock(t, bare, bare)
	layPlain(t, in, ours)
	for _, load := range []struct {
		name     string
		keys     []string
		theirs   []string
		inFlight int
		bytes    int64
	}{
		{"4 KiB, 1 in flight", smallKeys(), smallKeys(), 1, smallSize},
		{"4 KiB, 8 in flight", smallKeys(), smallKeys(), 8, smallSize},
		{"1 GiB, 1 in flight", []string{"large"}, []string{"large"}, 1, wholeSize},
		{"1 GiB, 1 in flight, not encrypted", []string{"plain"}, []string{"large"}, 1, wholeSize},
	} {
		inTurns(t, load.name, load.inFlight, float64(load.bytes),
			side{readsOf(t, bare, http.MethodGet, load.theirs), barePID}, side{readsOf(t, ours, http.MethodGet, load.keys), in.running.Process.Pid})
	}
}

// layPlain puts an object that is not encrypted into a unit's location, as a version before encryption left it.
func layPlain(t *testing.T, in *installation, unit account) {
	t.Helper()
	const active, name = "active", "plain"
	store(t, in.operator().sdk(), active, name, make([]byte, wholeSize))
	objects := filepath.Join(in.dataDir, "objects")
	if err := os.Rename(filepath.Join(objects, active, name), filepath.Join(objects, unit.Bucket, unit.Prefix, name)); err != nil {
		t.Fatal(err)
	}
}

// TestUnitsDoNotSlowEachOtherDown measures HEAD as the only unit of one installation against each of a thousand units of another, in turns.
func TestUnitsDoNotSlowEachOtherDown(t *testing.T) {
	units := number("SEA_TEST_UNITS", 0)
	if units == 0 {
		t.Skip("SEA_TEST_UNITS names no number of units")
	}
	few, many := unitsOf(t, 1), unitsOf(t, units)
	inTurns(t, fmt.Sprintf("HEAD, 1 unit against %d", units), 8, 0, few, many)
}

// side is one of two servers that are compared: what it is asked, and which process it is.
type side struct {
	reads []*http.Request
	pid   int
}

// unitsOf starts an installation with that many units, which are asked for a HEAD each.
func unitsOf(t *testing.T, count int) side {
	t.Helper()
	in := launch(t)
	admin, operator := in.signedIn(adminEmail, "administrator"), in.operator()
	var heads []*http.Request
	for i := range count {
		slug := "unit-" + strconv.Itoa(i)
		admin.createUnit(slug, slug)
		unit := admin.generate(slug)
		store(t, operator.sdk(), unit.Bucket, unit.Prefix+"small-0", make([]byte, smallSize))
		heads = append(heads, readsOf(t, unit, http.MethodHead, []string{"small-0"})...)
	}
	return side{heads, in.running.Process.Pid}
}

// startBare runs the bare server on a directory beside the installation's.
func startBare(t *testing.T, program string) (account, int) {
	t.Helper()
	dir, address := filepath.Join(t.TempDir(), "bare"), freeAddress(t)
	if err := os.MkdirAll(filepath.Join(dir, "bare"), 0o700); err != nil {
		t.Fatal(err)
	}
	a := account{ID: "bare", Secret: "bare-secret", Endpoint: "http://" + address, Region: "us-east-1", Bucket: "bare", Prefix: "unit/"}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program,
		"--port", address, "--access", a.ID, "--secret", a.Secret, "--keep-alive", "--quiet", "posix", dir)
	cmd.Env = cleanEnv()
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	eventually(t, startWithin, "the bare server answers", func() (bool, string) {
		_, err := a.sdk().ListBuckets(t.Context(), &s3.ListBucketsInput{})
		return err == nil, fmt.Sprint(err)
	})
	return a, cmd.Process.Pid
}

func smallKeys() []string {
	var keys []string
	for i := range smallObjects {
		keys = append(keys, "small-"+strconv.Itoa(i))
	}
	return keys
}

// stock stores what is read.
func stock(t *testing.T, by, at account) {
	t.Helper()
	small := make([]byte, smallSize)
	for _, key := range smallKeys() {
		store(t, by.sdk(), at.Bucket, at.Prefix+key, small)
	}
	large := make([]byte, wholeSize)
	_, _ = rand.Read(large) // never fails
	store(t, by.sdk(), at.Bucket, at.Prefix+"large", large)
}

func store(t *testing.T, client *s3.Client, bucket, key string, body []byte) {
	t.Helper()
	if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body)}); err != nil {
		t.Fatalf("put %s/%s: %v", bucket, key, err)
	}
}

// readsOf signs a request for each key, once: a signature is good for a quarter of an hour, and signing would cost the measured machine as
// much as answering.
func readsOf(t *testing.T, by account, method string, keys []string) []*http.Request {
	t.Helper()
	var reads []*http.Request
	for _, key := range keys {
		read, err := http.NewRequestWithContext(t.Context(), method, by.Endpoint+"/"+by.Bucket+"/"+by.Prefix+key, nil)
		if err != nil {
			t.Fatal(err)
		}
		read.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
		err = v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: by.ID, SecretAccessKey: by.Secret}, read,
			"UNSIGNED-PAYLOAD", "s3", by.Region, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		reads = append(reads, read)
	}
	return reads
}

// inTurns asks both sides in turns, and logs what each answered a second with the ratio of the second to the first, and the processor time
// that each spent on an answer, which other work on the machine hardly changes: the median of the rounds, and from least to most.
func inTurns(t *testing.T, name string, inFlight int, bytesEach float64, sides ...side) {
	t.Helper()
	rates, costs := make([][]float64, 2), make([][]float64, 2)
	var ratios, cheaper []float64
	for round := range number("SEA_TEST_ROUNDS", 5) + 1 {
		var rate, cost [2]float64
		for i := range sides {
			i = (i + round) % 2 // the other begins
			before := spent(t, sides[i].pid)
			answered, took := oneTurn(t, inFlight, sides[i].reads)
			rate[i] = answered / took.Seconds()
			cost[i] = float64((spent(t, sides[i].pid) - before).Microseconds()) / answered
		}
		if round == 0 {
			continue // it only warms up
		}
		for i := range sides {
			rates[i], costs[i] = append(rates[i], rate[i]), append(costs[i], cost[i])
		}
		ratios, cheaper = append(ratios, rate[1]/rate[0]), append(cheaper, cost[0]/cost[1])
	}
	text := fmt.Sprintf("%s: %.1f/s and %.1f/s, ratio %s; processor %.0f µs and %.0f µs, ratio %s", name,
		middle(rates[0]), middle(rates[1]), spread(ratios), middle(costs[0]), middle(costs[1]), spread(cheaper))
	if bytesEach >= 1<<20 {
		text += fmt.Sprintf("; %.0f and %.0f MiB/s", middle(rates[0])*bytesEach/(1<<20), middle(rates[1])*bytesEach/(1<<20))
	}
	t.Log(text)
}

func spread(all []float64) string {
	return fmt.Sprintf("%.2f (%.2f to %.2f)", middle(all), slices.Min(all), slices.Max(all))
}

// tick is the unit of processor times in /proc on Linux: USER_HZ is 100 on every platform that Go runs on.
const tick = 10 * time.Millisecond

// spent is the processor time of a process so far: utime and stime, the 14th and 15th field of its stat, counted from behind the name.
func spent(t *testing.T, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", pidText(pid), "stat"))
	if err != nil {
		t.Skipf("processor times are not to be had here: %v", err)
	}
	_, after, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(after)
	if len(fields) < 13 {
		t.Fatalf("the process %d has the stat %s", pid, text)
	}
	total := 0
	for _, field := range fields[11:13] {
		ticks, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		total += ticks
	}
	return time.Duration(total) * tick
}

// oneTurn asks for a turn, and tells how many answers came and how long it took.
func oneTurn(t *testing.T, inFlight int, reads []*http.Request) (answers float64, took time.Duration) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: inFlight, DisableCompression: true, DialContext: dialDiscarding}}
	defer client.CloseIdleConnections()
	var next, done atomic.Int64
	var failed atomic.Pointer[error]
	begin := time.Now()
	var all sync.WaitGroup
	for range inFlight {
		all.Go(func() {
			buffer := make([]byte, 2*discardFrom)
			for time.Since(begin) < turn && failed.Load() == nil {
				if err := readOnce(client, reads[int(next.Add(1))%len(reads)], buffer); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		t.Fatal(*err)
	}
	return float64(done.Load()), time.Since(begin)
}

func readOnce(client *http.Client, read *http.Request, buffer []byte) error {
	answer, err := client.Do(read.Clone(read.Context()))
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, answer.Body, buffer)
	if answer.StatusCode != http.StatusOK {
		err = errors.Join(err, errors.New(answer.Status))
	}
	return errors.Join(err, answer.Body.Close())
}

func middle(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

func number(variable string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(variable)); err == nil {
		return n
	}
	return otherwise
}
