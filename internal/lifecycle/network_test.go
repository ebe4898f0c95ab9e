package lifecycle_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/internal/clock"
	"seaportal/internal/lifecycle"
	"seaportal/internal/objects"
	"seaportal/internal/rule"
	"seaportal/internal/testkit/need"
	"seaportal/models"
)

const toxiproxyProgram = "toxiproxy-server"

// toxiproxy is the running program, with one proxy in front of the S3 server.
type toxiproxy struct {
	testing.TB
	api   string
	proxy string // address of the proxy
}

// startToxiproxy skips the test where the program is missing, or fails it
// where SEA_TEST_REQUIRE asks for toxiproxy.
func startToxiproxy(t testing.TB) *toxiproxy {
	t.Helper()
	program := need.Program(t, need.Toxiproxy, toxiproxyProgram)
	p := &toxiproxy{TB: t, api: freeAddress(t), proxy: freeAddress(t)}
	host, port, _ := net.SplitHostPort(p.api)
	running := exec.CommandContext(t.Context(), program, "-host", host, "-port", port)
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = running.Process.Kill()
		_ = running.Wait()
	})
	b := &bench{TB: t}
	b.wait("toxiproxy answers", func() bool {
		answer, err := http.Get("http://" + p.api + "/version") //nolint:noctx // its own wait bounds it
		if err != nil {
			return false
		}
		return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	})
	p.call(http.MethodPost, "/proxies", map[string]any{
		"name": "s3", "listen": p.proxy, "upstream": strings.TrimPrefix(server.endpoint, "http://"), "enabled": true,
	})
	return p
}

func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// call uses toxiproxy's API.
func (p *toxiproxy) call(method, path string, body any) {
	p.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		p.Fatal(err)
	}
	request, err := http.NewRequestWithContext(p.Context(), method, "http://"+p.api+path, bytes.NewReader(text))
	if err != nil {
		p.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		p.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		p.Fatalf("toxiproxy: %s %s: %s", method, path, answer.Status)
	}
}

func (p *toxiproxy) toxic(kind string, toxicity float64, attributes map[string]any) {
	p.Helper()
	p.call(http.MethodPost, "/proxies/s3/toxics", map[string]any{
		"name": "toxic", "type": kind, "stream": "downstream", "toxicity": toxicity, "attributes": attributes,
	})
}

func (p *toxiproxy) enable(on bool) {
	p.Helper()
	p.call(http.MethodPost, "/proxies/s3", map[string]any{"enabled": on})
}

// engine works through the proxy.
func (p *toxiproxy) engine(b *bench) *lifecycle.Engine {
	endpoint := "http://" + p.proxy
	client := s3.New(b.s3.Options(), func(o *s3.Options) {
		o.BaseEndpoint = aws.String(endpoint)
	})
	return lifecycle.New(lifecycle.Config{
		Store: b.store, Objects: objects.New(client), Keys: b.keys(), Clock: clock.Real,
		Log: slog.New(slog.DiscardHandler), Concurrency: 8, MaxSegment: 255, Alone: true,
	})
}

// TestNothingIsLostOnABadNetwork places files while the connection to S3 is
// reset, slow, or not there for a minute. Runs go on all the while, as the
// portal's do; once the network is well, everything must complete.
func TestNothingIsLostOnABadNetwork(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for minutes, which -short is there to save")
	}
	for name, fault := range map[string]struct {
		begin func(p *toxiproxy)
		end   func(p *toxiproxy)
		lasts time.Duration
	}{
		"resets": {
			func(p *toxiproxy) { p.toxic("reset_peer", 0.5, map[string]any{"timeout": 30}) },
			func(p *toxiproxy) { p.call(http.MethodDelete, "/proxies/s3/toxics/toxic", nil) }, 10 * time.Second,
		},
		"answers cut short": {
			func(p *toxiproxy) { p.toxic("limit_data", 0.7, map[string]any{"bytes": 900}) },
			func(p *toxiproxy) { p.call(http.MethodDelete, "/proxies/s3/toxics/toxic", nil) }, 10 * time.Second,
		},
		"five seconds of latency": {
			func(p *toxiproxy) { p.toxic("latency", 1, map[string]any{"latency": 5000}) },
			func(p *toxiproxy) { p.call(http.MethodDelete, "/proxies/s3/toxics/toxic", nil) }, 20 * time.Second,
		},
		"stopped for a minute": {
			func(p *toxiproxy) { p.enable(false) }, func(p *toxiproxy) { p.enable(true) }, time.Minute,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sufferNetwork(t, fault.begin, fault.end, fault.lasts)
		})
	}
}

// sufferNetwork has the fault begin when the first file is placed.
func sufferNetwork(t *testing.T, begin, end func(*toxiproxy), lasts time.Duration) {
	const files = 300
	p, b := startToxiproxy(t), sqliteBench(t)
	spread(files, 8, func(i int) {
		b.put(sharedKey(i), content(i), map[string]string{"media-type": []string{"call-recording", "chat-transcript"}[i%2]})
	})
	b.rule("copies", rule.Copy, nil)
	b.rule("moves", rule.Move, func(d *rule.Definition) { d.MediaType = rule.ChatTranscript })
	e := p.engine(b)
	completed := 0
	stop, running := make(chan struct{}), make(chan struct{})
	go func() { // what the portal's jobs do, only more often
		defer close(running)
		again := time.NewTicker(500 * time.Millisecond)
		defer again.Stop()
		for {
			if _, err := e.RunUnit(t.Context(), b.unit.ID); err == nil {
				completed++
			}
			if err := e.PlaceAll(t.Context()); err != nil { // what fails there is the database's, not S3's
				t.Error(err)
			}
			select {
			case <-again.C:
			case <-stop:
				return
			}
		}
	}()
	b.wait("the first file is in SEA", func() bool { return len(b.seaKeys()) > 0 })
	begin(p)
	over := time.NewTimer(lasts)
	<-over.C
	end(p)
	b.waitLong(longWait, "everything is placed and settled", func() bool { return b.settled(files) })
	close(stop)
	<-running
	t.Logf("%d runs went through", completed)
	b.wantShared(files)
	b.verifyHistory()
}

// settled tells whether as many files are placed, none is in another state,
// and every moved source is gone. A failed one ends the test.
func (b *bench) settled(files int) bool {
	b.Helper()
	counts, err := b.store.CountPlacements(b.Context(), b.unit.ID)
	if err != nil {
		b.Fatal(err)
	}
	for _, count := range counts {
		if count.State == models.PlacementFailed {
			b.Fatalf("%d placements failed: %s", count.Files, b.oneFailure())
		}
	}
	unsettled, err := b.store.UnsettledSources(b.Context(), b.unit.ID, 0, 1)
	if err != nil {
		b.Fatal(err)
	}
	return len(counts) == 1 && counts[0].State == models.PlacementPlaced && counts[0].Files == int64(files) && len(unsettled) == 0
}

// oneFailure is why some placement failed.
func (b *bench) oneFailure() string {
	for _, rows := range b.placements() {
		if rows[0].State == models.PlacementFailed {
			return fmt.Sprintf("%s after %d attempts: %s", rows[0].Key, rows[0].Attempts, rows[0].LastError)
		}
	}
	return "none"
}

// TestAnAnswerCutShortIsNoRefusal loses the second half of a copy's answer: the
// object stands in SEA, and must be found to be ours.
func TestAnAnswerCutShortIsNoRefusal(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("moves", rule.Move, nil)
	b.run(b.engine(0, through(wire{after: func(r *http.Request, answer *http.Response) error {
		if isCopy(r) {
			answer.Body = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(io.LimitReader(answer.Body, 60), iotest.ErrReader(io.ErrUnexpectedEOF)), answer.Body}
		}
		return nil
	}})))
	if p := b.only("a.wav"); p.State != models.PlacementPlaced || p.SourceState != models.SourceDeleted {
		t.Errorf("%s, source %s, %q", p.State, p.SourceState, p.LastError)
	}
}

// TestSilenceForHoursFailsNothing lets S3 be away for longer than attempts last
// that it answers.
func TestSilenceForHoursFailsNothing(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.run(b.engine(0, nil))
	b.rule("copies", rule.Copy, nil)
	away := through(wire{before: func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED }})
	for hour := range 8 {
		if err := b.engine(time.Duration(hour)*time.Hour, away).PlaceAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if p := b.only("a.wav"); p.State != models.PlacementQueued || p.LastError != "S3 did not answer." {
		t.Errorf("%s after %d attempts: %q", p.State, p.Attempts, p.LastError)
	}
	if report := b.run(b.engine(9*time.Hour, nil)); report.Placed != 1 {
		t.Errorf("report %+v", report)
	}
}
