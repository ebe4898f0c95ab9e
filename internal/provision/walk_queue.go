package provision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

// noReceipt is a receipt that no message has: who is let take messages off the
// queue is told so, and none is.
const noReceipt = "sea-check"

// fewest is how often a message should come at least before it goes to the
// dead-letter queue: it comes again whenever S3 or the portal was away.
const fewest = 5

// walkQueue reads how the queue is set. It takes no message: the portal, which may
// be running, would get it only later.
func (w Walker) walkQueue(ctx context.Context, t *trail) {
	if w.SQS == nil || w.Queue == "" {
		return
	}
	out, err := w.SQS.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &w.QueueURL, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	var missing *types.QueueDoesNotExist
	switch {
	case errors.As(err, &missing):
		t.calls = append(t.calls, Call{Right: "sqs:GetQueueAttributes", On: w.Queue, Outcome: Unclear, Said: "there is no such queue: make it"})
		return
	case err != nil:
		t.try("sqs:GetQueueAttributes", w.Queue, err)
	default:
		t.calls = append(t.calls, Call{Right: "sqs:GetQueueAttributes", On: w.Queue, Outcome: Granted, Said: deadLetters(out.Attributes)})
	}
	_, err = w.SQS.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &w.QueueURL, ReceiptHandle: aws.String(noReceipt)})
	t.message("sqs:DeleteMessage", w.Queue, err)
	_, err = w.SQS.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &w.QueueURL, ReceiptHandle: aws.String(noReceipt)})
	t.message("sqs:ChangeMessageVisibility", w.Queue, err)
	t.skip("sqs:ReceiveMessage", w.Queue, "it would take news away from a portal that runs")
}

// deadLetters says what to set otherwise about messages that nobody can work on.
func deadLetters(attributes map[string]string) string {
	text := attributes[string(types.QueueAttributeNameRedrivePolicy)]
	if text == "" {
		return "it has no dead-letter queue: give it one"
	}
	var redrive struct {
		Most json.RawMessage `json:"maxReceiveCount"` // a number, with or without quotes
	}
	err := json.Unmarshal([]byte(text), &redrive)
	most, wrong := strconv.Atoi(strings.Trim(string(redrive.Most), `"`))
	if err == nil && wrong == nil && most < fewest {
		return fmt.Sprintf("it gives a message up after %d times: make that %d or more", most, fewest)
	}
	return ""
}

// message notes how a call about a message that does not exist ended.
func (t *trail) message(right, on string, err error) {
	var api smithy.APIError
	if errors.As(err, &api) && (strings.HasPrefix(api.ErrorCode(), "ReceiptHandleIsInvalid") || strings.HasPrefix(api.ErrorCode(), "InvalidParameterValue")) {
		err = nil
	}
	t.try(right, on, err)
}
