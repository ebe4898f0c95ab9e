package e2e

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// newsWithin is far less than the five minutes between two scans.
const newsWithin = 40 * time.Second

// post is a queue on moto, the SQS server of SEA_TEST_SQS, reached through a gate that a test may shut.
type post struct {
	t      *testing.T
	base   string      // URL of the server, which is an S3 and IAM server too
	client *sqs.Client // past the gate
	url    string      // through the gate
	direct string

	mu     sync.Mutex
	shut   bool
	before func(action string, body []byte) bool // whether a request may pass
}

func newPost(t *testing.T) *post {
	t.Helper()
	program := os.Getenv("SEA_TEST_SQS")
	if program == "" {
		t.Skip("SEA_TEST_SQS names no server")
	}
	address := freeAddress(t)
	host, port, _ := strings.Cut(address, ":")
	runServer(t, program, "-H", host, "-p", port)
	base := "http://" + address
	p := &post{t: t, base: base, client: sqs.New(sqs.Options{
		BaseEndpoint: &base, Region: cloudRegion, Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
	})}
	name := "sea"
	eventually(t, startWithin, "the SQS server answers", func() (bool, string) {
		made, err := p.client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name})
		if err != nil {
			return false, err.Error()
		}
		p.direct = *made.QueueUrl
		return true, ""
	})
	to, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ErrorLog: log.New(io.Discard, "", 0), // of polls that a stop cut off
	}
	gate := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.pass(proxy, w, r) }))
	t.Cleanup(gate.Close)
	_, path, _ := strings.Cut(strings.TrimPrefix(p.direct, "http://"), "/")
	p.url = gate.URL + "/" + path
	return p
}

// pass forwards a request, unless the gate is shut or the test keeps it.
func (p *post) pass(proxy http.Handler, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	p.mu.Lock()
	passes := err == nil && !p.shut && (p.before == nil || p.before(action, body))
	p.mu.Unlock()
	if !passes {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	proxy.ServeHTTP(w, r)
}

// set shuts the gate, or opens it and asks before each request.
func (p *post) set(shut bool, before func(action string, body []byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shut, p.before = shut, before
}

func (p *post) send(body string) {
	p.t.Helper()
	if _, err := p.client.SendMessage(p.t.Context(), &sqs.SendMessageInput{QueueUrl: &p.direct, MessageBody: &body}); err != nil {
		p.t.Fatal(err)
	}
}

// tell sends what S3 sends of one object.
func (p *post) tell(event, bucket, key string) {
	p.t.Helper()
	p.send(s3Event(event, bucket, key))
}

func s3Event(event, bucket, key string) string {
	return `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"` + time.Now().UTC().Format("2006-01-02T15:04:05.000Z") +
		`","eventName":"` + event + `","userIdentity":{"principalId":"AWS:AIDAEXAMPLE"},"requestParameters":{"sourceIPAddress":"192.0.2.7"},` +
		`"s3":{"bucket":{"name":"` + bucket + `"},"object":{"key":"` + url.QueryEscape(key) + `","sequencer":"0055AED6DCD90281E5"}}}]}`
}

// wantEmpty waits until nothing is in the queue, kept from readers or not.
func (p *post) wantEmpty() {
	p.t.Helper()
	eventually(p.t, newsWithin, "the queue is empty", func() (bool, string) {
		out, err := p.client.GetQueueAttributes(p.t.Context(), &sqs.GetQueueAttributesInput{
			QueueUrl: &p.direct, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
		})
		if err != nil {
			return false, err.Error()
		}
		waiting := out.Attributes[string(types.QueueAttributeNameApproximateNumberOfMessages)]
		kept := out.Attributes[string(types.QueueAttributeNameApproximateNumberOfMessagesNotVisible)]
		return waiting+kept == "00", waiting + " wait, " + kept + " are kept"
	})
}
