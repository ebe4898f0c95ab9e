package news

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"seaportal/internal/lifecycle"
)

const (
	// batch is about how many messages are worked on together.
	batch = 250
	// despair is how many messages in a row may fail alone until the cause is
	// taken to lie elsewhere.
	despair = 2
)

// message is one message, with what it reports. Err is why it cannot be read.
type message struct {
	id, receipt string
	received    int // how often
	reports     []Report
	err         error
	done        bool
}

// once waits for messages and works on what came: a full answer has more behind
// it, which is worth the wait. It tells whether there was something, and all of
// it could be worked on.
func (r *Reader) once(ctx context.Context) (clean bool, err error) {
	messages, err := r.receive(ctx, r.poll)
	if err != nil || len(messages) == 0 {
		return false, err
	}
	for until, last := time.Now().Add(r.gather), len(messages); last == atATime && len(messages) < batch && time.Now().Before(until); {
		more, err := r.receive(ctx, r.gather)
		if err != nil {
			break // what is there comes first
		}
		messages, last = append(messages, more...), len(more)
	}
	failed := r.failed
	err = r.settle(ctx, messages)
	return err == nil && r.failed.Equal(failed), err
}

// settle works on messages, kept from other readers meanwhile, and takes off the
// queue what is done. What is not comes again.
func (r *Reader) settle(ctx context.Context, messages []*message) error {
	keeping, release := context.WithCancel(ctx)
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		r.keep(keeping, messages)
	}()
	err := r.work(ctx, messages)
	release()
	<-kept
	var done, left []*message
	for _, m := range messages {
		if m.done {
			done = append(done, m)
		} else {
			left = append(left, m)
		}
	}
	err = errors.Join(err, r.remove(ctx, done))
	if ctx.Err() != nil {
		r.giveBack(ctx, left)
	}
	return err
}

// work has the messages' reports worked on: all together, and where that fails
// one by one, so that one bad object does not hold up the others. It returns an
// error where nothing could be done.
func (r *Reader) work(ctx context.Context, messages []*message) error {
	var readable []*message
	for _, m := range messages {
		if m.err != nil {
			r.unreadable(ctx, m)
		} else {
			readable = append(readable, m)
		}
	}
	err := r.look(ctx, readable)
	if err == nil || len(readable) == 1 || ctx.Err() != nil {
		return err
	}
	// Not always the same ones first: they may be the bad ones.
	rand.Shuffle(len(readable), func(i, j int) { readable[i], readable[j] = readable[j], readable[i] }) //nolint:gosec // an order is no secret
	worked, row := 0, 0
	for i, m := range readable {
		err = r.look(ctx, readable[i:i+1])
		if err == nil {
			worked, row = worked+1, 0
			continue
		}
		if row++; row == despair && worked == 0 || ctx.Err() != nil {
			return err
		}
		if m.received == 1 {
			r.Log.WarnContext(ctx, "news not worked on, it will come again", slog.String("message", m.id), slog.Any("error", err))
		}
	}
	if worked > 0 {
		return nil
	}
	return err
}

func (r *Reader) look(ctx context.Context, messages []*message) error {
	var reports []Report
	for _, m := range messages {
		reports = append(reports, m.reports...)
	}
	if events := Newest(reports); len(events) > 0 {
		if err := r.Work(ctx, events); err != nil {
			r.failed = time.Now()
			return fmt.Errorf("work on news of %s: %w", about(events), err)
		}
	}
	for _, m := range messages {
		m.done = true
	}
	return nil
}

func about(events []lifecycle.Event) string {
	if len(events) == 1 {
		return fmt.Sprintf("%q in the bucket %s", events[0].Key, events[0].Bucket)
	}
	return fmt.Sprintf("%d objects", len(events))
}

// unreadable leaves a message to the queue's dead-letter queue, and ends what
// comes too often because there is none. It is logged at first and at last,
// without its text, which anybody may have written.
func (r *Reader) unreadable(ctx context.Context, m *message) {
	m.done = m.received >= r.given
	if m.received == 1 || m.done {
		r.Log.WarnContext(ctx, "message is no news from S3", slog.String("queue", r.URL), slog.String("message", m.id),
			slog.Int("received", m.received), slog.Bool("deleted", m.done), slog.Any("error", m.err))
	}
}

func read(in types.Message) *message {
	m := &message{id: aws.ToString(in.MessageId), receipt: aws.ToString(in.ReceiptHandle), received: 1}
	if n, err := strconv.Atoi(in.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)]); err == nil {
		m.received = n
	}
	m.reports, m.err = Decode(aws.ToString(in.Body))
	return m
}
