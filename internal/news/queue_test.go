package news_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const region = "eu-central-1"

// queue is a queue of a test's own.
type queue struct {
	testing.TB
	client *sqs.Client
	url    string
}

// newQueue makes a queue on the server of SEA_TEST_SQS, moto's, where that names
// its program, and else on a double in this process. over may stand in between.
func newQueue(t testing.TB, over func(http.Handler) http.Handler) *queue {
	t.Helper()
	var server http.Handler = &double{queues: map[string][]*kept{}}
	if program := os.Getenv("SEA_TEST_SQS"); program != "" {
		server = through(motoAt(t, program))
	}
	if over != nil {
		server = over(server)
	}
	front := httptest.NewServer(server)
	t.Cleanup(front.Close)
	q := &queue{TB: t, client: sqs.New(sqs.Options{
		BaseEndpoint: &front.URL, Region: region, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
	})}
	name := strings.NewReplacer("/", "-").Replace(t.Name())
	made, err := q.client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name})
	if err != nil {
		t.Fatal(err)
	}
	q.url = *made.QueueUrl
	return q
}

// motoAt runs a server of its own for the test.
func motoAt(t testing.TB, program string) string {
	t.Helper()
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	host, port, _ := net.SplitHostPort(address)
	cmd := exec.Command(program, "-H", host, "-p", port) //nolint:noctx // the test's end kills it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	eventually(t, 30*time.Second, "moto listens", func() bool {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return address
}

func (q *queue) send(bodies ...string) {
	q.Helper()
	for _, body := range bodies {
		if _, err := q.client.SendMessage(q.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body}); err != nil {
			q.Fatal(err)
		}
	}
}

// count gives how many messages wait and how many are kept from readers.
func (q *queue) count() (waiting, hidden int) {
	q.Helper()
	out, err := q.client.GetQueueAttributes(q.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &q.url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		q.Fatal(err)
	}
	waiting, _ = strconv.Atoi(out.Attributes[string(types.QueueAttributeNameApproximateNumberOfMessages)])
	hidden, _ = strconv.Atoi(out.Attributes[string(types.QueueAttributeNameApproximateNumberOfMessagesNotVisible)])
	return waiting, hidden
}

func (q *queue) wantEmpty() {
	q.Helper()
	eventually(q, soon, "the queue is empty", func() bool {
		waiting, hidden := q.count()
		return waiting+hidden == 0
	})
}

func eventually(t testing.TB, within time.Duration, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(within)
	for !holds() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// double stands for SQS where no server that others wrote is at hand: the same
// tests run against moto when SEA_TEST_SQS is set. It knows what the reader asks
// for, and no errors but that of an unknown receipt.
type double struct {
	mu     sync.Mutex
	next   int
	queues map[string][]*kept
}

type kept struct {
	id, body string
	receipt  string
	received int
	until    time.Time // hidden
}

type asked struct {
	QueueURL            string `json:"QueueUrl"`
	QueueName           string
	MessageBody         string
	MaxNumberOfMessages int
	WaitTimeSeconds     int
	VisibilityTimeout   int
	Entries             []struct {
		ID                string `json:"Id"`
		ReceiptHandle     string
		VisibilityTimeout int
	}
}

// ServeHTTP answers one call of the JSON protocol of SQS.
func (d *double) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in asked
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	out := map[string]any{}
	switch action {
	case "CreateQueue":
		out["QueueUrl"] = "http://" + r.Host + "/000000000000/" + in.QueueName
	case "SendMessage":
		d.mu.Lock()
		d.next++
		d.queues[in.QueueURL] = append(d.queues[in.QueueURL], &kept{id: fmt.Sprintf("m-%d", d.next), body: in.MessageBody})
		d.mu.Unlock()
	case "GetQueueAttributes":
		out["Attributes"] = d.attributes(in.QueueURL)
	case "ReceiveMessage":
		out["Messages"] = d.receive(r, in)
	default:
		out = d.change(action, in)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(out) //nolint:errchkjson // a client that is gone asks again
}

func (d *double) attributes(url string) map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	waiting, hidden := 0, 0
	for _, m := range d.queues[url] {
		if time.Now().Before(m.until) {
			hidden++
		} else {
			waiting++
		}
	}
	return map[string]string{
		"ApproximateNumberOfMessages": strconv.Itoa(waiting), "ApproximateNumberOfMessagesNotVisible": strconv.Itoa(hidden),
	}
}

func (d *double) receive(r *http.Request, in asked) []map[string]any {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(time.Duration(in.WaitTimeSeconds) * time.Second); ; {
		out := d.take(in)
		if len(out) > 0 || time.Now().After(limit) {
			return out
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return nil
		}
	}
}

func (d *double) take(in asked) []map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []map[string]any
	for _, m := range d.queues[in.QueueURL] {
		if len(out) == max(in.MaxNumberOfMessages, 1) || time.Now().Before(m.until) {
			continue
		}
		m.received++
		m.receipt = fmt.Sprintf("%s-%d", m.id, m.received)
		m.until = time.Now().Add(time.Duration(in.VisibilityTimeout) * time.Second)
		sum := md5.Sum([]byte(m.body)) // the client checks it
		out = append(out, map[string]any{
			"MessageId": m.id, "ReceiptHandle": m.receipt, "Body": m.body, "MD5OfBody": hex.EncodeToString(sum[:]),
			"Attributes": map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.received)},
		})
	}
	return out
}

// change deletes messages, or hides them for another while.
func (d *double) change(action string, in asked) map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	var well, failed []map[string]any
	for _, entry := range in.Entries {
		place := -1
		for i, m := range d.queues[in.QueueURL] {
			if m.receipt == entry.ReceiptHandle {
				place = i
			}
		}
		if place < 0 {
			failed = append(failed, map[string]any{"Id": entry.ID, "Code": "ReceiptHandleIsInvalid", "SenderFault": true})
			continue
		}
		well = append(well, map[string]any{"Id": entry.ID})
		messages := d.queues[in.QueueURL]
		if action == "DeleteMessageBatch" {
			d.queues[in.QueueURL] = append(messages[:place:place], messages[place+1:]...)
		} else {
			messages[place].until = time.Now().Add(time.Duration(entry.VisibilityTimeout) * time.Second)
		}
	}
	return map[string]any{"Successful": well, "Failed": failed}
}

// through passes everything on.
func through(to string) http.Handler {
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = "http", to
		r.Out.Host = r.In.Host
	}}
}
