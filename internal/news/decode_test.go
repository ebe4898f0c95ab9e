package news_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seaportal/internal/lifecycle"
	"seaportal/internal/news"
)

// The forms are those of Amazon's "Event message structure" and "EventBridge
// event message structure".
const (
	direct = `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-central-1","eventTime":"2026-05-04T10:11:12.345Z",
		"eventName":"ObjectRemoved:Delete","userIdentity":{"principalId":"AWS:AIDAEXAMPLE"},"requestParameters":{"sourceIPAddress":"192.0.2.7"},
		"s3":{"s3SchemaVersion":"1.0","configurationId":"sea","bucket":{"name":"external","arn":"arn:aws:s3:::external"},
		"object":{"key":"atlas/b/c+d%2Be%C3%BC%25.wav","sequencer":"0055AED6DCD90281E5"}}}]}`
	bridged = `{"version":"0","id":"1","detail-type":"Object Deleted","source":"aws.s3","account":"111122223333","time":"2026-05-04T10:11:12Z",
		"region":"eu-central-1","resources":["arn:aws:s3:::external"],"detail":{"version":"0","bucket":{"name":"external"},
		"object":{"key":"atlas/c+d%2B e.wav","sequencer":"617f0837b476e463"},"requester":"111122223333","source-ip-address":"2001:db8::1",
		"reason":"DeleteObject","deletion-type":"Permanently Deleted"}}`
)

func inSNS(t testing.TB, text string) string {
	t.Helper()
	wrapped, err := json.Marshal(map[string]string{
		"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:eu-central-1:111122223333:sea", "Message": text,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(wrapped)
}

func TestDecodeReadsTheFormsOfS3(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 4, 10, 11, 12, 345e6, time.UTC)
	removed := news.Report{Sequencer: "0055AED6DCD90281E5", Event: lifecycle.Event{
		Kind: lifecycle.Deleted, Bucket: "external", Key: "atlas/b/c d+eü%.wav", Address: "192.0.2.7", At: at,
	}}
	passed := news.Report{Sequencer: "617f0837b476e463", Event: lifecycle.Event{
		Kind: lifecycle.Deleted, Bucket: "external", Key: "atlas/c+d%2B e.wav", Address: "2001:db8::1", At: at.Truncate(time.Second),
	}}
	expired, created := passed, removed
	expired.Kind, created.Kind = lifecycle.Expired, lifecycle.Created
	nobody := removed
	nobody.Kind, nobody.Address = lifecycle.Expired, ""
	for name, test := range map[string]struct {
		text string
		want []news.Report
	}{
		"from S3":                   {direct, []news.Report{removed}},
		"by SNS":                    {inSNS(t, direct), []news.Report{removed}},
		"by EventBridge":            {bridged, []news.Report{passed}},
		"by EventBridge and SNS":    {inSNS(t, bridged), []news.Report{passed}},
		"a completed upload":        {strings.Replace(direct, "ObjectRemoved:Delete", "ObjectCreated:CompleteMultipartUpload", 1), []news.Report{created}},
		"with the prefix of a rule": {strings.Replace(direct, "ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated", 1), []news.Report{removed}},
		"expired by S3":             {strings.NewReplacer("ObjectRemoved", "LifecycleExpiration", "192.0.2.7", "s3.amazonaws.com").Replace(direct), []news.Report{nobody}},
		"expired, by EventBridge":   {strings.Replace(bridged, `"DeleteObject"`, `"Lifecycle Expiration"`, 1), []news.Report{expired}},
		"the test of a set-up":      {`{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-05-04T10:11:12.345Z","Bucket":"external"}`, nil},
		"tags":                      {strings.Replace(direct, "ObjectRemoved:Delete", "ObjectTagging:Put", 1), nil},
		"tags, by EventBridge":      {strings.Replace(bridged, "Object Deleted", "Object Tags Added", 1), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := news.Decode(test.text)
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

func TestDecodeRefusesWhatIsNoNewsAndDoesNotRepeatIt(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":             "",
		"no JSON":             "marker {",
		"another object":      `{"marker":1}`,
		"an array":            `["marker"]`,
		"another service's":   strings.Replace(direct, "aws:s3", "marker", 1),
		"a broken escape":     strings.Replace(direct, "c+d", "marker%ZZ", 1),
		"no UTF-8":            strings.Replace(direct, "c+d", "marker%FF", 1),
		"a zero byte":         strings.Replace(direct, "c+d", "marker%00", 1),
		"no key":              strings.Replace(direct, "atlas/b/c+d%2Be%C3%BC%25.wav", "", 1),
		"no bucket":           strings.Replace(direct, `"name":"external"`, `"name":""`, 1),
		"a key too long":      strings.Replace(direct, "c+d", strings.Repeat("m", 1025), 1),
		"a subscription":      `{"Type":"SubscriptionConfirmation","Message":"marker","SubscribeURL":"http://127.0.0.1/marker"}`,
		"wrapped without end": inSNS(t, inSNS(t, inSNS(t, direct))),
		"an empty detail":     `{"source":"aws.s3","detail-type":"Object Deleted","detail":{}}`,
		"no detail":           `{"source":"aws.s3","detail-type":"Object Created","detail":"marker"}`,
	} {
		if got, err := news.Decode(text); err == nil || strings.Contains(err.Error(), "marker") || len(got) > 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{direct, bridged, inSNS(f, direct), `{"Event":"s3:TestEvent"}`, "", "{}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		reports, err := news.Decode(text)
		for _, report := range reports {
			if err != nil || report.Bucket == "" || report.Key == "" || len(report.Key) > 1024 || !utf8.ValidString(report.Key) {
				t.Errorf("%q gave %+v, %v", text, report, err)
			}
		}
	})
}

// reports draws reports of few objects, some of which cannot be told apart.
func reports(t *rapid.T) []news.Report {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) news.Report {
		return news.Report{
			Sequencer: rapid.StringMatching(`([0-9A-F]{2}){0,3}`).Draw(t, "sequencer"),
			Event: lifecycle.Event{
				Kind:   rapid.SampledFrom([]lifecycle.EventKind{lifecycle.Created, lifecycle.Deleted, lifecycle.Expired}).Draw(t, "kind"),
				Bucket: "b", Key: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "key"),
				Address: rapid.SampledFrom([]string{"", "192.0.2.7"}).Draw(t, "address"),
				At:      time.Unix(int64(rapid.IntRange(0, 2).Draw(t, "at")), 0).UTC(),
			},
		}
	}), 0, 12).Draw(t, "reports")
}

func TestNewestIsTheSameInAnyOrderAndHoweverOften(t *testing.T) {
	t.Parallel()
	byKey := func(events []lifecycle.Event) map[string]lifecycle.Event {
		all := make(map[string]lifecycle.Event, len(events))
		for _, event := range events {
			all[event.Key] = event
		}
		if len(all) != len(events) {
			t.Errorf("an object is named twice: %v", events)
		}
		return all
	}
	rapid.Check(t, func(t *rapid.T) {
		ordered := reports(t)
		again := rapid.Permutation(append(ordered, ordered...)).Draw(t, "shuffled")
		if diff := cmp.Diff(byKey(news.Newest(ordered)), byKey(news.Newest(again))); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestNewestGoesBySequencers(t *testing.T) {
	t.Parallel()
	report := func(sequencer string, kind lifecycle.EventKind) news.Report {
		return news.Report{Sequencer: sequencer, Event: lifecycle.Event{Kind: kind, Bucket: "b", Key: "k"}}
	}
	for name, test := range map[string]struct {
		earlier, later string
	}{
		"of one length":       {"0055AED6DCD90281E5", "0055AED6DCD90281E6"},
		"padded on the right": {"0055AED6DCD9", "0055AED6DCD90281E5"},
		"the longer before":   {"0055AED6DCD80281E5", "0055AED6DCD9"},
		"in small letters":    {"617f0837b476e463", "617F0837B476E464"},
		"none at all":         {"", "01"},
	} {
		for _, order := range [][]news.Report{
			{report(test.earlier, lifecycle.Deleted), report(test.later, lifecycle.Created)},
			{report(test.later, lifecycle.Created), report(test.earlier, lifecycle.Deleted)},
		} {
			if got := news.Newest(order); len(got) != 1 || got[0].Kind != lifecycle.Created {
				t.Errorf("%s: %v", name, got)
			}
		}
	}
	same := []news.Report{report("0100", lifecycle.Deleted), report("01", lifecycle.Created), report("010000", lifecycle.Expired)}
	if got := news.Newest(same); len(got) != 1 || got[0].Kind != lifecycle.Deleted {
		t.Errorf("of what cannot be told apart it takes %v", got)
	}
}
