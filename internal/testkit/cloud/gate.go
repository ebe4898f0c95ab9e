package cloud

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Fate is what becomes of one call.
type Fate int

// The fates.
const (
	Pass  Fate = iota
	Lost       // the call never reaches the server
	Mute       // the server does it, but its answer is lost
	Early      // a server answers that has not heard of what was made: NoSuchEntity, or InvalidAccessKeyId
	Stale      // a server answers that has not heard of the deletion of a key: SignatureDoesNotMatch
)

// Gate stands between clients and the server. Decide is asked for each call:
// its name is IAM's action, or S3 with the method and the access key id, such
// as `S3 GET AKIA…`; n counts the calls of that name from 1. Without Decide
// every call passes.
type Gate struct {
	mu     sync.Mutex
	decide func(call string, n int) Fate
	calls  []string
}

// Decide sets who decides from now on, and forgets the calls so far.
func (g *Gate) Decide(decide func(call string, n int) Fate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.decide, g.calls = decide, nil
}

// Calls are the names of the calls since the last Decide, in order.
func (g *Gate) Calls() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.calls)
}

func (g *Gate) fate(call string) Fate {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, call)
	if g.decide == nil {
		return Pass
	}
	n := 0
	for _, earlier := range g.calls {
		if earlier == call {
			n++
		}
	}
	return g.decide(call, n)
}

var errCut = errors.New("the connection was cut")

// gated is a transport behind a gate.
type gated struct {
	gate *Gate
	next http.RoundTripper
}

// RoundTrip does what the gate decides.
func (g *gated) RoundTrip(req *http.Request) (*http.Response, error) {
	call, err := nameOf(req)
	if err != nil {
		return nil, err
	}
	switch g.gate.fate(call) {
	case Pass:
		return g.next.RoundTrip(req)
	case Lost:
		return nil, errCut
	case Mute:
		answer, err := g.next.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		return nil, errors.Join(errCut, answer.Body.Close())
	case Early:
		if !strings.HasPrefix(call, "S3 ") {
			return refusal(req, http.StatusNotFound, "<ErrorResponse><Error><Code>NoSuchEntity</Code></Error></ErrorResponse>"), nil
		}
		return refusal(req, http.StatusForbidden, "<Error><Code>InvalidAccessKeyId</Code></Error>"), nil
	case Stale:
		return refusal(req, http.StatusForbidden, "<Error><Code>SignatureDoesNotMatch</Code></Error>"), nil
	}
	return nil, errCut
}

func refusal(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {"application/xml"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

func nameOf(req *http.Request) (string, error) {
	if req.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		_, key, _ := strings.Cut(req.Header.Get("Authorization"), "Credential=")
		key, _, _ = strings.Cut(key, "/")
		return "S3 " + req.Method + " " + key, nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return "", err
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	form, err := url.ParseQuery(string(body))
	return form.Get("Action"), err
}
