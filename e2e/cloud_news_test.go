package e2e

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// TestCloudNews tells the portal of changes by a queue of moto's, in each form that S3 has, while files are on versitygw, which tells of none. It
// needs SEA_TEST_BARE and SEA_TEST_SQS, the paths of two programs.
func TestCloudNews(t *testing.T) {
	t.Parallel()
	there, queue := otherServer(t), newPost(t)
	in := install(t)
	in.flags = there.cloudFlags("--events-queue", queue.url)
	in.start(there.cloudEnv()...)
	admin := in.signedIn(adminEmail, "administrator")
	admin.createUnit("Atlas", storyUnit)
	admin.post(unitPath(storyUnit, "rules"), ruleForm("Recordings", copied, "copy")).want(http.StatusSeeOther)
	names := []string{"a.wav", "b/c d+e.wav", "ünder %.wav"}
	for _, name := range names {
		there.root.put(t, storyUnit+"/"+name, name, map[string]string{"media-type": copied})
	}
	queue.send(`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"` + cloudActive + `"}`)
	queue.tell("ObjectCreated:Put", cloudActive, storyUnit+"/"+names[0])
	queue.tell("ObjectCreated:Put", cloudActive, storyUnit+"/"+names[0])
	wrapped, err := json.Marshal(map[string]string{"Type": "Notification", "Message": s3Event("ObjectCreated:Copy", cloudActive, storyUnit+"/"+names[1])})
	if err != nil {
		t.Fatal(err)
	}
	queue.send(string(wrapped))
	queue.send(`{"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"` + cloudActive + `"},"object":{"key":"` + storyUnit + "/" + names[2] + `"}}}`)
	admin.placedUntold(len(names))
	queue.wantEmpty()
	wantSystem(t, admin, "From the queue sea", "the queue answers")

	there.root.remove(t, cloudSEA, storyUnit+"/"+names[0])
	queue.tell("ObjectRemoved:Delete", cloudSEA, storyUnit+"/"+names[0])
	queue.tell("ObjectCreated:Put", cloudActive, storyUnit+"/"+names[0]) // late, and again
	eventually(t, newsWithin, "the deletion is noticed", func() (bool, string) {
		row := admin.keys(storyUnit, "any")[names[0]]
		return row.State == "removed", row.State
	})
	page := admin.get(unitPath(storyUnit, "files", admin.keys(storyUnit, "removed")[names[0]].ID)).want(http.StatusOK).text()
	if !strings.Contains(page, "192.0.2.7") || strings.Contains(page, "AIDAEXAMPLE") {
		t.Errorf("the file's page says %s", page)
	}
	queue.wantEmpty()
	if left := there.root.list(t, cloudSEA, storyUnit+"/"); len(left) != len(names)-1 {
		t.Errorf("SEA holds %v", left)
	}
	in.stop()
}

// placedUntold waits for files to be placed without asking for a run.
func (p *portal) placedUntold(count int) {
	p.t.Helper()
	eventually(p.t, newsWithin, "files are placed", func() (bool, string) {
		rows := p.files(storyUnit, "placed")
		return len(rows) == count, countText(len(rows), count)
	})
}

// TestCloudNewsSurvivesAKill ends the portal after the work on a message and before its deletion, which the queue does not get; the message comes
// again, and nothing is placed twice. It needs SEA_TEST_BARE and SEA_TEST_SQS.
func TestCloudNewsSurvivesAKill(t *testing.T) {
	t.Parallel()
	there, queue := otherServer(t), newPost(t)
	in := install(t)
	in.flags = there.cloudFlags("--events-queue", queue.url)
	in.start(there.cloudEnv()...)
	admin := in.signedIn(adminEmail, "administrator")
	admin.createUnit("Atlas", storyUnit)
	admin.post(unitPath(storyUnit, "rules"), ruleForm("Recordings", copied, "copy")).want(http.StatusSeeOther)

	receipts := make(chan string, 1)
	queue.set(false, func(action string, body []byte) bool {
		if action != "DeleteMessageBatch" {
			return true
		}
		var in struct {
			Entries []struct{ ReceiptHandle string }
		}
		if err := json.Unmarshal(body, &in); err == nil && len(in.Entries) > 0 {
			select {
			case receipts <- in.Entries[0].ReceiptHandle:
			default:
			}
		}
		return false
	})
	there.root.put(t, storyUnit+"/a.wav", "one", map[string]string{"media-type": copied})
	queue.tell("ObjectCreated:Put", cloudActive, storyUnit+"/a.wav")
	var receipt string
	select {
	case receipt = <-receipts:
	case <-time.After(newsWithin):
		t.Fatal("no message was done")
	}
	in.kill()
	queue.set(false, nil)
	// The minute for which the message is kept from readers is over.
	if _, err := queue.client.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &queue.direct, ReceiptHandle: &receipt}); err != nil {
		t.Fatal(err)
	}
	in.start(there.cloudEnv()...)
	admin.signIn(adminEmail, password)
	admin.placedUntold(1)
	queue.wantEmpty()
	if rows := admin.files(storyUnit, "any"); len(rows) != 1 || rows[0].State != "placed" {
		t.Errorf("after the second time the files are %+v", rows)
	}
	if left := there.root.list(t, cloudSEA, storyUnit+"/"); len(left) != 1 {
		t.Errorf("SEA holds %v", left)
	}
	in.stop()
}

// TestCloudNewsQueueAway shuts the queue off for a while: scans go on, the log says it once, the System page too, and the queue is read again
// afterwards. It needs SEA_TEST_BARE and SEA_TEST_SQS.
func TestCloudNewsQueueAway(t *testing.T) {
	t.Parallel()
	there, queue := otherServer(t), newPost(t)
	in := install(t)
	in.flags = there.cloudFlags("--events-queue", queue.url)
	queue.set(true, nil) // from the start
	in.start(there.cloudEnv()...)
	admin := in.signedIn(adminEmail, "administrator")
	admin.createUnit("Atlas", storyUnit)
	admin.post(unitPath(storyUnit, "rules"), ruleForm("Recordings", copied, "copy")).want(http.StatusSeeOther)
	there.root.put(t, storyUnit+"/a.wav", "one", map[string]string{"media-type": copied})
	queue.tell("ObjectCreated:Put", cloudActive, storyUnit+"/a.wav")
	admin.waitPlaced(storyUnit, 1)
	eventually(t, newsWithin, "the log says that the queue is away", func() (bool, string) {
		said := strings.Count(in.out.String(), "news from the queue not worked on")
		return said == 1, strconv.Itoa(said)
	})
	wantSystem(t, admin, "not since", "Until then changes are found by scans.")
	if metrics := admin.get("/metrics").want(http.StatusOK).Body; !strings.Contains(metrics, "seaportal_news_failing 1") {
		t.Error("no metric says that the queue is away")
	}
	queue.set(false, nil)
	queue.wantEmpty()
	there.root.put(t, storyUnit+"/b.wav", "two", map[string]string{"media-type": copied})
	queue.tell("ObjectCreated:Put", cloudActive, storyUnit+"/b.wav")
	admin.placedUntold(2)
	wantSystem(t, admin, "the queue answers")
	if out := in.out.String(); strings.Count(out, "news from the queue not worked on") != 1 || strings.Count(out, "news from the queue again") != 1 {
		t.Errorf("it is not said once")
	}
	in.stop()
}

// TestCloudNewsFromS3 has the news sent by an S3 server that others wrote: moto is both, and knows notifications. Its S3 keeps no conditions, so
// little else is asked of it. It needs SEA_TEST_SQS.
func TestCloudNewsFromS3(t *testing.T) {
	t.Parallel()
	queue := newPost(t)
	there := elsewhere{
		root:        account{ID: "AKIAEXAMPLE", Secret: "secret", Endpoint: queue.base, Region: cloudRegion, Bucket: cloudActive},
		iamEndpoint: queue.base,
	}
	for _, bucket := range []string{cloudActive, cloudSEA} {
		if _, err := there.root.sdk().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
			t.Fatal(err)
		}
		_, err := there.root.sdk().PutBucketNotificationConfiguration(t.Context(), &s3.PutBucketNotificationConfigurationInput{
			Bucket: &bucket, NotificationConfiguration: &s3types.NotificationConfiguration{QueueConfigurations: []s3types.QueueConfiguration{{
				QueueArn: aws.String("arn:aws:sqs:" + cloudRegion + ":123456789012:sea"),
				Events:   []s3types.Event{"s3:ObjectCreated:*", "s3:ObjectRemoved:*"},
			}}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	in := install(t)
	in.flags = there.cloudFlags("--events-queue", queue.url)
	in.start(there.cloudEnv()...)
	admin := in.signedIn(adminEmail, "administrator")
	admin.createUnit("Atlas", storyUnit)
	admin.post(unitPath(storyUnit, "rules"), ruleForm("Recordings", copied, "copy")).want(http.StatusSeeOther)
	names := []string{"a.wav", "b/c d+e.wav", "ünder %.wav"}
	for _, name := range names {
		there.root.put(t, storyUnit+"/"+name, name, map[string]string{"media-type": copied})
	}
	admin.placedUntold(len(names))
	there.root.remove(t, cloudSEA, storyUnit+"/"+names[1])
	eventually(t, newsWithin, "the deletion is noticed", func() (bool, string) {
		row := admin.keys(storyUnit, "any")[names[1]]
		return row.State == "removed", row.State
	})
	queue.wantEmpty()
	in.stop()
}

// TestCloudNewsCheck walks the rights on a queue, and on one that is not there. It needs SEA_TEST_BARE and SEA_TEST_SQS.
func TestCloudNewsCheck(t *testing.T) {
	t.Parallel()
	there, queue := otherServer(t), newPost(t)
	in := install(t)
	flags := there.cloudFlags("--events-queue", queue.url)[2:]
	out, err := in.tryAs(there.cloudEnv(), "", append([]string{"aws", "check"}, flags...)...)
	for _, want := range []string{"it has no dead-letter queue", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "may do all that was tried"} {
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%v: it does not say %q\n%s", err, want, out)
		}
	}
	if said := in.command("", append([]string{"aws", "policy"}, flags...)...); !strings.Contains(said, `"Resource": "arn:aws:sqs:us-east-1:123456789012:sea"`) {
		t.Errorf("the policy is %s", said)
	}
	flags = there.cloudFlags("--events-queue", queue.url+"-none")[2:]
	out, err = in.tryAs(there.cloudEnv(), "", append([]string{"aws", "check"}, flags...)...)
	if exitCode(err) != 1 || !strings.Contains(out, "there is no such queue") {
		t.Errorf("without a queue: %v\n%s", err, out)
	}
	queue.set(true, nil)
	if out, err = in.tryAs(there.cloudEnv(), "", append([]string{"aws", "check"}, flags...)...); exitCode(err) != 1 || !strings.Contains(out, "unclear") {
		t.Errorf("with a queue that does not answer: %v\n%s", err, out)
	}
}
