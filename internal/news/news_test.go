package news_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"seaportal/internal/lifecycle"
	"seaportal/internal/news"
)

const soon = 20 * time.Second

var errAway = errors.New("S3 is away")

// worker notes what it is given. answer decides how each piece of work ends.
type worker struct {
	mu     sync.Mutex
	times  map[string]int // by key
	answer func(ctx context.Context, events []lifecycle.Event) error
}

func (w *worker) work(ctx context.Context, events []lifecycle.Event) error {
	w.mu.Lock()
	for _, event := range events {
		w.times[event.Key]++
	}
	w.mu.Unlock()
	if w.answer == nil {
		return nil
	}
	return w.answer(ctx, events)
}

func (w *worker) worked(key string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.times[key]
}

type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), what)
}

// reads starts a reader of the queue, which is stopped at the latest with the
// test.
func reads(q *queue, w *worker, hidden time.Duration) (*news.Reader, *logged) {
	w.times = map[string]int{}
	log := &logged{}
	r := news.New(news.Config{Client: q.client, URL: q.url, Work: w.work, Log: slog.New(slog.NewTextHandler(log, nil))})
	r.Hasten(hidden)
	r.Start(q.Context())
	q.Cleanup(r.Stop)
	return r, log
}

func put(key string) string {
	return fmt.Sprintf(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"recordings"},"object":{"key":%q,"sequencer":"01"}}}]}`, key)
}

func TestAMessageLeavesTheQueueAfterTheWorkAndIsKeptUntilThen(t *testing.T) {
	t.Parallel()
	q := newQueue(t, nil)
	let := make(chan struct{})
	w, other := &worker{answer: func(context.Context, []lifecycle.Event) error { <-let; return nil }}, &worker{}
	reads(q, w, time.Second)
	q.send(put("a"))
	eventually(t, soon, "the work begins", func() bool { return w.worked("a") == 1 })
	reads(q, other, time.Second)
	kept := time.After(2500 * time.Millisecond) // more than twice the time for which it is hidden
	eventually(t, soon, "time passes", func() bool {
		select {
		case <-kept:
			return true
		default:
			return false
		}
	})
	if waiting, hidden := q.count(); waiting != 0 || hidden != 1 || other.worked("a") != 0 {
		t.Errorf("while it is worked on, %d messages wait and %d are kept; another reader got it %d times", waiting, hidden, other.worked("a"))
	}
	close(let)
	q.wantEmpty()
	if w.worked("a") != 1 {
		t.Errorf("it was worked on %d times", w.worked("a"))
	}
}

func TestWhatFailedComesAgain(t *testing.T) {
	t.Parallel()
	q := newQueue(t, nil)
	var away atomic.Bool
	away.Store(true)
	w := &worker{answer: func(context.Context, []lifecycle.Event) error {
		if away.Load() {
			return errAway
		}
		return nil
	}}
	r, log := reads(q, w, time.Second)
	q.send(put("a"))
	eventually(t, soon, "it is tried again", func() bool { return w.worked("a") > 1 })
	if state := r.State(); !errors.Is(state.Err, errAway) || state.Since.IsZero() {
		t.Errorf("the reader says %+v", state)
	}
	away.Store(false)
	q.wantEmpty()
	eventually(t, soon, "the reader is well again", func() bool { return r.State().Err == nil })
	if first := log.count("scans go on"); first == 0 {
		t.Error("nothing was logged")
	}
}

func TestOneBadObjectDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	q := newQueue(t, nil)
	w := &worker{answer: func(_ context.Context, events []lifecycle.Event) error {
		for _, event := range events {
			if event.Key == "bad" {
				return errAway
			}
		}
		return nil
	}}
	q.send(put("a"), put("bad"), put("b"))
	_, log := reads(q, w, time.Second)
	eventually(t, soon, "only the bad one is left", func() bool {
		waiting, hidden := q.count()
		return waiting+hidden == 1 && w.worked("bad") > 5
	})
	if n := log.count("scans go on"); n != 1 || log.count("queue again") != 0 {
		t.Errorf("said %d times:\n%s", n, &log.text)
	}
	if w.worked("a") == 0 || w.worked("b") == 0 {
		t.Errorf("worked on: %v", w.times)
	}
}

func TestAMessageThatNobodyCanReadIsGivenUpAndNotRepeatedInTheLog(t *testing.T) {
	t.Parallel()
	q := newQueue(t, nil)
	w := &worker{}
	_, log := reads(q, w, time.Second)
	q.send("password=hunter2", put("a"), `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"recordings"}`)
	q.wantEmpty()
	if w.worked("a") != 1 {
		t.Errorf("what can be read was worked on %d times", w.worked("a"))
	}
	if n := log.count("no news from S3"); n != 2 || log.count("deleted=true") != 1 || log.count("hunter2") != 0 {
		t.Errorf("logged %d times:\n%s", n, &log.text)
	}
}

func TestTheQueueIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	var away atomic.Bool
	q := newQueue(t, func(server http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if away.Load() {
				http.Error(w, "no", http.StatusServiceUnavailable)
				return
			}
			server.ServeHTTP(w, r)
		})
	})
	w := &worker{}
	r, log := reads(q, w, time.Second)
	eventually(t, soon, "the queue answers", func() bool { return !r.State().Answered.IsZero() })
	q.send(put("a"))
	q.wantEmpty()
	away.Store(true)
	eventually(t, soon, "the reader says so", func() bool { return r.State().Err != nil })
	first := r.State().Since
	eventually(t, soon, "it goes on trying", func() bool { return r.State().Err != nil && time.Since(first) > time.Second })
	if since := r.State().Since; !since.Equal(first) || log.count("scans go on") != 1 {
		t.Errorf("away since %s, then since %s, and logged:\n%s", first, since, &log.text)
	}
	away.Store(false)
	eventually(t, soon, "it is well again", func() bool { return r.State().Err == nil })
	q.send(put("b"))
	q.wantEmpty()
	if w.worked("b") != 1 || log.count("news from the queue again") != 1 {
		t.Errorf("b was worked on %d times, and logged:\n%s", w.worked("b"), &log.text)
	}
}

func TestStoppingGivesBackWhatIsNotDone(t *testing.T) {
	t.Parallel()
	q := newQueue(t, nil)
	w := &worker{answer: func(ctx context.Context, _ []lifecycle.Event) error { <-ctx.Done(); return ctx.Err() }}
	r, log := reads(q, w, time.Minute)
	q.send(put("a"))
	eventually(t, soon, "the work begins", func() bool { return w.worked("a") == 1 })
	r.Stop()
	r.Stop() // twice is once
	out, err := q.client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q.url, WaitTimeSeconds: 1})
	if err != nil || len(out.Messages) != 1 {
		t.Errorf("another reader gets %+v, %v", out, err)
	}
	if log.text.Len() > 0 {
		t.Errorf("a stop is no failure: %s", &log.text)
	}
}

func TestReadersShareAQueue(t *testing.T) {
	t.Parallel()
	q := newQueue(t, nil)
	const files = 120
	for i := range files {
		q.send(put(fmt.Sprint(i)))
	}
	a, b := &worker{}, &worker{}
	reads(q, a, 30*time.Second)
	reads(q, b, 30*time.Second)
	q.wantEmpty()
	for i := range files {
		if n := a.worked(fmt.Sprint(i)) + b.worked(fmt.Sprint(i)); n != 1 {
			t.Errorf("%d was worked on %d times", i, n)
		}
	}
}
