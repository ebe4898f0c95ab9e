// Package news owns what S3 tells of itself through a queue of SQS: it takes
// messages, reads event notifications in the forms that S3, SNS and EventBridge
// give them, has what they name looked at, and takes a message off the queue
// only after that. A queue delivers at least once, in any order, late or never;
// so news says where to look, and nothing is believed, counted or kept because
// of it. It refuses to follow any URL in a message, to repeat a message's text
// in the log, and to be the only way by which the portal learns of a file: the
// scans stay.
package news

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"seaportal/internal/lifecycle"
)

// Config is what a Reader works with.
type Config struct {
	Client *sqs.Client
	URL    string // of the queue
	// Work looks at what events name, and returns nil once all of it is on record.
	// Its context ends when the reader is stopped.
	Work func(ctx context.Context, events []lifecycle.Event) error
	Log  *slog.Logger
}

// limits are how long the reader waits for what, and how often.
type limits struct {
	poll    time.Duration // for a message to come; SQS allows 20 s
	answer  time.Duration // for an answer, beyond that
	hidden  time.Duration // how long a message is kept from other readers, unless that is prolonged
	gather  time.Duration // for further messages to work on together, whole seconds
	longest time.Duration // between two tries while something is wrong
	// given is how often a message that nobody can read may come: a queue without a
	// dead-letter queue would bring it for days.
	given int
}

var usual = limits{
	poll: 20 * time.Second, answer: 10 * time.Second, hidden: time.Minute, gather: time.Second, longest: time.Minute, given: 20,
}

// shortest is the first pause after something went wrong; each further one is
// twice as long.
const shortest = time.Second

// Reader reads one queue. Several readers, in other processes, may read the same.
type Reader struct {
	Config
	limits

	stop    context.CancelFunc
	running sync.WaitGroup
	failed  time.Time // when work failed last; the reading goroutine's

	mu    sync.Mutex
	state State
}

// New makes a reader. Nothing is read until Start.
func New(cfg Config) *Reader {
	return &Reader{Config: cfg, limits: usual, stop: func() {}}
}

// Start begins to read until Stop, and returns at once.
func (r *Reader) Start(ctx context.Context) {
	ctx, r.stop = context.WithCancel(context.WithoutCancel(ctx))
	r.running.Go(func() { r.read(ctx) })
}

// Stop ends the reading. What was not worked on is given back to the queue.
func (r *Reader) Stop() {
	r.stop()
	r.running.Wait()
}

func (r *Reader) read(ctx context.Context) {
	for failures := 0; ; {
		clean, err := r.once(ctx)
		if ctx.Err() != nil {
			return
		}
		r.note(ctx, clean, err)
		if err == nil {
			failures = 0
			continue
		}
		failures++
		if !wait(ctx, r.pause(failures)) {
			return
		}
	}
}

// pause is how long to wait after so many failures in a row. Several portals do
// not come back at the same moment.
func (r *Reader) pause(failures int) time.Duration {
	most := min(shortest<<min(failures-1, 10), r.longest)
	return most/2 + rand.N(most/2+1) //nolint:gosec // a pause is no secret
}

func wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
