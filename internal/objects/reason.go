package objects

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// Reason sorts S3's refusals by what to do about them.
type Reason string

// The reasons.
const (
	None         Reason = ""             // no error
	NotFound     Reason = "not found"    // no such key
	Precondition Reason = "precondition" // a condition did not hold: 412
	Conflicting  Reason = "conflict"     // a concurrent request on the key: 409
	Denied       Reason = "denied"       // 403
	Throttled    Reason = "throttled"    // 429, 503, 507: later it may go well
	Interrupted  Reason = "interrupted"  // no whole answer: it may have happened or not
	Stopped      Reason = "stopped"      // our own context ended
	Refused      Reason = "refused"      // any other answer of S3
)

// ReasonOf tells why a call of this package failed.
func ReasonOf(err error) Reason {
	if err == nil {
		return None
	}
	if errors.Is(err, errCondition) {
		return Precondition
	}
	var answered *awshttp.ResponseError
	if errors.As(err, &answered) && answered.HTTPStatusCode() >= http.StatusMultipleChoices {
		return reasonOfStatus(answered.HTTPStatusCode(), err)
	}
	if errors.Is(err, context.Canceled) {
		return Stopped
	}
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) {
		return Interrupted
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		return Refused
	}
	return Interrupted
}

// errCopied is of a copy that was made, and of which S3 did not tell what had to
// be known.
var errCopied = errors.New("the copy was made")

// Undone tells whether the error of a request says for certain that S3 did
// nothing of it: it refused the request, or never got it.
func Undone(err error) bool {
	if errors.Is(err, errCopied) {
		return false
	}
	switch ReasonOf(err) {
	case Denied, Refused:
		return true
	case Interrupted:
		var network *net.OpError
		return errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &network) && network.Op == "dial"
	case None, NotFound, Precondition, Conflicting, Throttled, Stopped:
	}
	return false
}

func reasonOfStatus(status int, err error) Reason {
	switch status {
	case http.StatusNotFound:
		return NotFound
	case http.StatusPreconditionFailed, http.StatusNotModified:
		return Precondition
	case http.StatusConflict:
		return reasonOfConflict(err)
	case http.StatusForbidden, http.StatusUnauthorized:
		return Denied
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInsufficientStorage:
		return Throttled
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return Interrupted
	}
	return Refused
}

// reasonOfConflict tells a race on the key, which is worth another try, from
// a key that cannot be there at all, such as below an existing file on a
// server that keeps keys as files.
func reasonOfConflict(err error) Reason {
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "ConditionalRequestConflict", "OperationAborted":
			return Conflicting
		}
	}
	return Refused
}

// FromS3 tells whether an error came of a request to S3, whatever became of it,
// and not of what was done with the answer.
func FromS3(err error) bool {
	var operation *smithy.OperationError
	return errors.As(err, &operation) || errors.Is(err, ErrListing)
}

// Explain gives S3's own words for a person: its error code and message,
// without the request's address, which may hold a signature.
func Explain(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() != "" {
		message := strings.TrimRight(api.ErrorMessage(), ".") // the caller ends the sentence
		if message == "" || message == api.ErrorCode() {
			return "S3 answered " + api.ErrorCode()
		}
		return "S3 answered " + api.ErrorCode() + ": " + message
	}
	for _, unreadable := range []error{ErrOrder, ErrListing} {
		if errors.Is(err, unreadable) {
			return unreadable.Error()
		}
	}
	switch ReasonOf(err) {
	case Interrupted:
		return "S3 did not answer"
	case Stopped:
		return "the portal was stopped"
	case None, NotFound, Precondition, Conflicting, Denied, Throttled, Refused:
	}
	return "S3 refused the request"
}
