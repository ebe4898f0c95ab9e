package news

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"seaportal/internal/lifecycle"
)

// Report is one event as S3 reports it. Sequencer orders the events of one key;
// it may be empty.
type Report struct {
	lifecycle.Event
	Sequencer string
}

const (
	wrappings  = 2    // EventBridge in SNS is the most that makes sense
	longestKey = 1024 // bytes, S3's limit
)

// letter is a message in any of the forms that it may have. No two of them share
// a name.
type letter struct {
	Records []record // from S3 itself
	Event   string   // s3:TestEvent, when a notification is set up

	Type    string // from SNS, around one of the others
	Message string

	Source     string          `json:"source"` // from EventBridge
	DetailType string          `json:"detail-type"`
	Time       string          `json:"time"`
	Detail     json.RawMessage `json:"detail"`
}

// record is Amazon S3's "Event message structure".
type record struct {
	EventSource, EventName, EventTime string
	RequestParameters                 struct{ SourceIPAddress string }
	S3                                struct {
		Bucket struct{ Name string }
		Object struct{ Key, Sequencer string }
	}
}

// detail is the part of Amazon S3's "EventBridge event message structure" that
// is S3's.
type detail struct {
	Bucket          struct{ Name string }
	Object          struct{ Key, Sequencer string }
	SourceIPAddress string `json:"source-ip-address"`
	Reason          string
}

// Decode reads a message. None of its reports are of what does not concern the
// life cycle, such as tags, or of S3's test when a notification is set up. An
// error says that the message is no news from S3; it does not repeat its text.
//
// Who deleted an object is not reported: S3 names the IAM user by an id of its
// own, or only the account, never the access key.
func Decode(text string) ([]Report, error) { return decode(text, wrappings) }

func decode(text string, wrapped int) ([]Report, error) {
	var in letter
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return nil, errors.New("the text is no JSON object as S3 sends it")
	}
	switch {
	case len(in.Records) > 0:
		return fromS3(in.Records)
	case in.Event == "s3:TestEvent":
		return nil, nil
	case in.Type == "Notification" && in.Message != "" && wrapped > 0:
		return decode(in.Message, wrapped-1)
	case in.Source == "aws.s3":
		return fromEventBridge(in)
	}
	return nil, errors.New("it is neither S3's, nor SNS's or EventBridge's around that")
}

func fromS3(records []record) ([]Report, error) {
	var reports []Report
	for _, in := range records {
		if !strings.HasSuffix(in.EventSource, ":s3") {
			return nil, errors.New("a record is not of S3")
		}
		kind, known := kindOf(in.EventName)
		if !known {
			continue
		}
		// As in a form: a space is a plus.
		key, err := url.QueryUnescape(in.S3.Object.Key)
		if err != nil {
			return nil, errors.New("a key is not encoded as S3 does it")
		}
		report, err := reportOf(kind, in.S3.Bucket.Name, key, in.EventTime, in.RequestParameters.SourceIPAddress)
		if err != nil {
			return nil, err
		}
		report.Sequencer = in.S3.Object.Sequencer
		reports = append(reports, report)
	}
	return reports, nil
}

// kindOf reads `ObjectCreated:Put` and its like.
func kindOf(event string) (lifecycle.EventKind, bool) {
	kind, _, _ := strings.Cut(strings.TrimPrefix(event, "s3:"), ":")
	switch kind {
	case "ObjectCreated":
		return lifecycle.Created, true
	case "ObjectRemoved":
		return lifecycle.Deleted, true
	case "LifecycleExpiration":
		return lifecycle.Expired, true
	}
	return "", false
}

// fromEventBridge reads what EventBridge passes on: there a key is not encoded.
func fromEventBridge(in letter) ([]Report, error) {
	var kind lifecycle.EventKind
	switch in.DetailType {
	case "Object Created":
		kind = lifecycle.Created
	case "Object Deleted":
		kind = lifecycle.Deleted
	default:
		return nil, nil
	}
	var what detail
	if err := json.Unmarshal(in.Detail, &what); err != nil {
		return nil, errors.New("the detail is not as S3 sends it")
	}
	if kind == lifecycle.Deleted && what.Reason == "Lifecycle Expiration" {
		kind = lifecycle.Expired
	}
	report, err := reportOf(kind, what.Bucket.Name, what.Object.Key, in.Time, what.SourceIPAddress)
	if err != nil {
		return nil, err
	}
	report.Sequencer = what.Object.Sequencer
	return []Report{report}, nil
}

// reportOf takes a time and an address only as far as they are such: for what S3
// does by itself it puts a name in the place of an address.
func reportOf(kind lifecycle.EventKind, bucket, key, at, address string) (Report, error) {
	if bucket == "" || key == "" || len(key) > longestKey || !utf8.ValidString(key) || strings.ContainsRune(key, 0) {
		return Report{}, fmt.Errorf("it names no object that S3 could hold: a key of %d bytes", len(key))
	}
	event := lifecycle.Event{Kind: kind, Bucket: bucket, Key: key}
	if parsed, err := time.Parse(time.RFC3339, at); err == nil {
		event.At = parsed.UTC()
	}
	if parsed, err := netip.ParseAddr(address); err == nil {
		event.Address = parsed.Unmap().String()
	}
	return Report{Event: event}, nil
}
