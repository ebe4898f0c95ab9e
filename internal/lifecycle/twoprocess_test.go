package lifecycle_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/keys"
	"seaportal/internal/lifecycle"
	"seaportal/internal/objects"
	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
)

// siblingEnv, when set, makes this test binary one process of the life cycle
// instead of a run of tests. It holds a sibling as JSON.
const siblingEnv = "SEA_TEST_SIBLING"

// longWait is longer than the lease that a killed process leaves.
const longWait = 5 * time.Minute

// sibling is what one process of TestTwoProcessesShareTheWork is told.
type sibling struct {
	Database, Endpoint string
	Units              []int64
}

// tally is what it tells: a line of JSON on its standard output for each run.
type tally struct{ Placed, Failed int }

// beSibling runs every unit again and again, one at a time, until it is killed
// or its standard input ends with its parent.
func beSibling(ctx context.Context, text string, out io.Writer) error {
	var told sibling
	if err := json.Unmarshal([]byte(text), &told); err != nil {
		return err
	}
	server.endpoint = told.Endpoint
	s, err := store.Open(ctx, store.Config{URL: told.Database, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	ctx, orphaned := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		orphaned()
	}()
	engine := lifecycle.New(lifecycle.Config{
		Store: s, Objects: objects.New(s3Client(nil)), Keys: &keys.Service{Store: s}, // the parent has had the units' keys made
		Clock: clock.Real, Log: slog.New(slog.DiscardHandler), MaxSegment: 255,
	})
	tell := json.NewEncoder(out)
	for ctx.Err() == nil {
		for _, unit := range told.Units {
			report, err := engine.RunUnit(ctx, unit)
			if err != nil && ctx.Err() == nil {
				_, _ = fmt.Fprintln(os.Stderr, err)
			}
			if err := tell.Encode(tally{report.Placed, report.Failed}); err != nil {
				return errors.Join(err, s.Close())
			}
		}
	}
	return s.Close()
}

// process is one sibling, over all its lives.
type process struct {
	told    string
	command *exec.Cmd
	ended   chan struct{}
	mu      sync.Mutex
	tally
	starts int
}

// start begins a life.
func (p *process) start(t *testing.T) {
	t.Helper()
	p.command = exec.CommandContext(t.Context(), os.Args[0])
	p.command.Env = append(os.Environ(), siblingEnv+"="+p.told)
	p.command.Stderr = os.Stderr
	_, err := p.command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	p.starts++
	p.ended = make(chan struct{})
	go p.listen(out, p.ended)
}

func (p *process) listen(out io.Reader, ended chan struct{}) {
	defer close(ended)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var said tally
		if json.Unmarshal(lines.Bytes(), &said) == nil {
			p.mu.Lock()
			p.Placed += said.Placed
			p.Failed += said.Failed
			p.mu.Unlock()
		}
	}
}

// done is what it told of, in all lives.
func (p *process) done() tally {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tally
}

// kill ends the life with SIGKILL and gives what was done in all lives.
func (p *process) kill() tally {
	_ = p.command.Process.Kill()
	<-p.ended
	var exit *exec.ExitError
	if err := p.command.Wait(); err != nil && !errors.As(err, &exit) {
		_, _ = fmt.Fprintln(os.Stderr, err)
	}
	return p.done()
}

// TestTwoProcessesShareTheWork lets two processes work on one PostgreSQL and
// one S3, and kills either of them now and then. SEA_TEST_LONG makes it 20,000
// files instead of 1,000.
func TestTwoProcessesShareTheWork(t *testing.T) {
	t.Parallel()
	files, units, kills := 1000, 4, 1
	if os.Getenv("SEA_TEST_LONG") != "" {
		files, units, kills = 20_000, 8, 12
	}
	seed := rand.Uint64()
	if text := os.Getenv("SEA_TEST_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	random := rand.New(rand.NewPCG(seed, 2))
	t.Logf("SEA_TEST_SEED=%d repeats the moments of this run", seed)
	url := storetest.PostgresURL(t)
	benches := sharedUnits(t, url, units, files/units)
	processes := startSiblings(t, url, benches)
	benches[0].waitLong(longWait, "both have placed something", func() bool {
		return processes[0].done().Placed > 0 && processes[1].done().Placed > 0
	})
	for range kills {
		pause := time.NewTimer(time.Duration(random.Int64N(int64(2 * time.Second))))
		<-pause.C
		unlucky := processes[random.IntN(len(processes))]
		unlucky.kill()
		unlucky.start(t)
	}
	for _, b := range benches {
		b.awaitSettled(files / units)
	}
	for i, p := range processes {
		done := p.kill()
		t.Logf("process %d told of %d placed in %d lives", i+1, done.Placed, p.starts)
		if done.Failed > 0 {
			t.Errorf("process %d: %+v", i+1, done)
		}
	}
	for _, b := range benches {
		b.wantShared(files / units)
	}
	benches[0].verifyHistory()
}

// startSiblings starts two processes that go through the units in opposite
// orders, so that each finds work of its own.
func startSiblings(t *testing.T, url string, benches []*bench) []*process {
	t.Helper()
	told := sibling{Database: url, Endpoint: server.endpoint}
	for _, b := range benches {
		told.Units = append(told.Units, b.unit.ID)
	}
	processes := make([]*process, 2)
	for i := range processes {
		text, err := json.Marshal(told)
		if err != nil {
			t.Fatal(err)
		}
		processes[i] = &process{told: string(text)}
		processes[i].start(t)
		slices.Reverse(told.Units)
	}
	return processes
}

// sharedUnits makes units on one database, each with as many files, half to be
// copied and half to be moved.
func sharedUnits(t *testing.T, url string, units, files int) []*bench {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	benches := make([]*bench, units)
	for n := range benches {
		b := newBench(t, s)
		benches[n] = b
		if _, err := b.keys().System(t.Context(), b.unit); err != nil {
			t.Fatal(err)
		}
		b.rule("copies", rule.Copy, nil)
		b.rule("moves", rule.Move, func(d *rule.Definition) { d.MediaType = rule.ChatTranscript })
		spread(files, 8, func(i int) {
			b.put(sharedKey(i), content(i), map[string]string{"media-type": []string{"call-recording", "chat-transcript"}[i%2]})
		})
	}
	return benches
}

func sharedKey(i int) string {
	return fmt.Sprintf("%s/%05d", []string{"copy", "move"}[i%2], i)
}

// awaitSettled waits until every file is placed and every moved source gone.
func (b *bench) awaitSettled(files int) {
	b.Helper()
	b.waitLong(longWait+time.Duration(files)*100*time.Millisecond, "every file is placed and settled",
		func() bool { return b.settled(files) })
}

// wantShared checks that a unit's files are where they belong, once.
func (b *bench) wantShared(files int) {
	b.Helper()
	placements := b.placements()
	if len(placements) != files {
		b.Errorf("%s: %d keys were placed, want %d", b.unit.Slug, len(placements), files)
	}
	if keys := b.seaKeys(); len(keys) != files {
		b.Errorf("%s: %d objects in SEA, want %d", b.unit.Slug, len(keys), files)
	}
	for i := range files {
		key := sharedKey(i)
		if rows := placements[key]; len(rows) != 1 {
			b.Errorf("%s has %d placements", key, len(rows))
		}
		if got, _ := b.sea(key); got != content(i) {
			b.Errorf("%s is %q in SEA", key, got)
		}
		if _, there := b.active(key); there == (i%2 == 1) {
			b.Errorf("%s: in active storage %t", key, there)
		}
	}
}
