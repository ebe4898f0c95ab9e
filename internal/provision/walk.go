package provision

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"seaportal/internal/keys"
	"seaportal/internal/objects"
	"seaportal/internal/policy"
)

// Outcome is how a call of a Walk ended.
type Outcome string

// The outcomes. Denied: a right is missing. Unclear: something else went wrong.
// Untried: the call would leave something behind that costs.
const (
	Granted Outcome = "ok"
	Denied  Outcome = "MISSING"
	Unclear Outcome = "unclear"
	Untried Outcome = "untried"
)

// Call is one call that was tried: the right that it needs, and what it was
// about. Said is the server's own word, where it did not go well.
type Call struct {
	Right, On string
	Outcome   Outcome
	Said      string

	behind bool // it was not made because another right is missing
}

// Walker makes every call that the portal will make, with the portal's own
// identity.
type Walker struct {
	Storage
	IAM  *iam.Client
	Keys keys.API // nil where nobody answers for keys
	// SQS and QueueURL lead to the queue; nil and empty where there is none.
	SQS      *sqs.Client
	QueueURL string
}

// Walk tries each right once. It reads, and otherwise works on objects of its own
// in the SEA bucket, which it takes away again, and on the IAM user sea_check,
// which stays, with no key and a policy that allows nothing.
func (w Walker) Walk(ctx context.Context) []Call {
	t := &trail{}
	for _, bucket := range w.Active {
		w.walkActive(ctx, t, bucket)
	}
	w.walkBucket(ctx, t)
	w.walkFiles(ctx, t)
	w.walkUsers(ctx, t)
	w.walkKeys(ctx, t)
	w.walkQueue(ctx, t)
	return t.calls
}

// Missing gives the statements that grant what was denied, none when nothing
// was, and what could not be tried for that reason.
func (p Place) Missing(calls []Call) policy.Document {
	denied := policy.Of()
	for _, statement := range p.Rights().Statement {
		lacking := statement
		lacking.Action = slices.DeleteFunc(slices.Clone(statement.Action), func(right string) bool {
			return !slices.ContainsFunc(calls, func(c Call) bool {
				return (c.Outcome == Denied || c.behind) && c.Right == right && slices.Contains(statement.Resource, c.On)
			})
		})
		if len(lacking.Action) > 0 {
			denied.Statement = append(denied.Statement, lacking)
		}
	}
	return denied
}

// trail is what was tried so far.
type trail struct{ calls []Call }

// try notes how a call ended. An answer that says no more than that something is
// not there, or not so, comes from somebody who was let ask.
func (t *trail) try(right, on string, err error) bool {
	call := Call{Right: right, On: on, Outcome: Granted}
	switch {
	case err == nil:
	case denied(err):
		call.Outcome, call.Said = Denied, word(err)
	case !answered(err):
		call.Outcome, call.Said = Unclear, word(err)
	}
	t.calls = append(t.calls, call)
	return call.Outcome == Granted
}

// skip notes a call that was not made, and why.
func (t *trail) skip(right, on, why string) {
	t.calls = append(t.calls, Call{Right: right, On: on, Outcome: Untried, Said: why})
}

// wait notes a call that could not be made because another was refused.
func (t *trail) wait(right, on, why string) {
	t.calls = append(t.calls, Call{Right: right, On: on, Outcome: Untried, Said: why, behind: true})
}

func denied(err error) bool {
	var api interface{ ErrorCode() string }
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "AccessDenied", "AccessDeniedException", "Forbidden", "UnauthorizedOperation", "NotAuthorized":
			return true
		}
	}
	return objects.ReasonOf(err) == objects.Denied
}

// answered tells whether a refusal is about the thing and not about the right.
func answered(err error) bool {
	switch objects.ReasonOf(err) {
	case objects.NotFound, objects.Precondition, objects.Conflicting:
		return true
	case objects.None, objects.Denied, objects.Throttled, objects.Interrupted, objects.Stopped, objects.Refused:
	}
	return status(err) == 409 // EntityAlreadyExists
}
