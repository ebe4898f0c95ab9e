package news

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	atATime = 10              // messages in one request, SQS's limit
	endTime = 5 * time.Second // for a request that a stop does not cut off
)

// receive takes what messages there are, and waits for the first. The timeout by
// which they are kept from others is the reader's, not the queue's. poll is never
// 0: left out of the request, it would be the queue's.
func (r *Reader) receive(ctx context.Context, poll time.Duration) ([]*message, error) {
	ctx, cancel := context.WithTimeout(ctx, poll+r.answer)
	defer cancel()
	out, err := r.Client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &r.URL, MaxNumberOfMessages: atATime, WaitTimeSeconds: seconds(poll), VisibilityTimeout: seconds(r.hidden),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
	})
	if err != nil {
		return nil, fmt.Errorf("receive messages: %w", err)
	}
	messages := make([]*message, len(out.Messages))
	for i, in := range out.Messages {
		messages[i] = read(in)
	}
	return messages, nil
}

// keep prolongs the time for which messages are kept from other readers until
// the context ends. Where it cannot, somebody else does the same work again.
func (r *Reader) keep(ctx context.Context, messages []*message) {
	tick := time.NewTicker(r.hidden / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := r.hide(ctx, messages, r.hidden); err != nil && ctx.Err() == nil {
			r.Log.DebugContext(ctx, "messages may come again", slog.Any("error", err))
		}
	}
}

// giveBack lets other readers, or this one's next start, have messages at once.
func (r *Reader) giveBack(ctx context.Context, messages []*message) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	if err := r.hide(ctx, messages, 0); err != nil {
		r.Log.DebugContext(ctx, "messages not given back", slog.Any("error", err))
	}
}

func (r *Reader) hide(ctx context.Context, messages []*message, hidden time.Duration) error {
	var failed []error
	for some := range slices.Chunk(messages, atATime) {
		entries := make([]types.ChangeMessageVisibilityBatchRequestEntry, len(some))
		for i, m := range some {
			entries[i] = types.ChangeMessageVisibilityBatchRequestEntry{
				Id: aws.String(strconv.Itoa(i)), ReceiptHandle: &m.receipt, VisibilityTimeout: seconds(hidden),
			}
		}
		out, err := r.Client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &r.URL, Entries: entries})
		if err == nil {
			err = refused(out.Failed)
		}
		failed = append(failed, err)
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("keep messages for %s: %w", hidden, err)
	}
	return nil
}

// remove takes messages off the queue, even if the reader is being stopped: they
// are done.
func (r *Reader) remove(ctx context.Context, messages []*message) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.answer)
	defer cancel()
	var failed []error
	for some := range slices.Chunk(messages, atATime) {
		entries := make([]types.DeleteMessageBatchRequestEntry, len(some))
		for i, m := range some {
			entries[i] = types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: &m.receipt}
		}
		out, err := r.Client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &r.URL, Entries: entries})
		if err == nil {
			err = refused(out.Failed)
		}
		failed = append(failed, err)
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("take messages off the queue: %w", err)
	}
	return nil
}

// refused gives the first of the entries that a batch left undone.
func refused(entries []types.BatchResultErrorEntry) error {
	if len(entries) == 0 {
		return nil
	}
	return fmt.Errorf("%d refused, the first by %s: %s", len(entries), aws.ToString(entries[0].Code), aws.ToString(entries[0].Message))
}

func seconds(d time.Duration) int32 { return int32(d / time.Second) } //nolint:gosec // at most a minute
