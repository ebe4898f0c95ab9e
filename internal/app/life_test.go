package app_test

import (
	"errors"
	"io"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit"
)

// copyBillingCalls is the form of a rule that copies call recordings of one skill.
func copyBillingCalls() url.Values {
	return url.Values{
		"name": {"Billing calls"}, "start_date": {time.Now().UTC().Format(time.DateOnly)}, "media_type": {"call-recording"},
		"priority": {"1"}, "action": {"copy"}, "after_days": {"0"}, "state": {"on"},
		"c[0].field": {"skill"}, "c[0].op": {"any-of"}, "c[0].value": {"billing"},
	}
}

var billing = map[string]string{"media-type": "call-recording", "skill": "billing"}

// TestMainJob is the product in one test: files of a real S3 client, a rule, a
// credential set, and a partner's S3 client that fetches with it.
func TestMainJob(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		mainJob(t, testkit.Start(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		mainJob(t, testkit.Start(t, testkit.Database(storetest.PostgresURL(t))))
	})
}

func mainJob(t *testing.T, p *testkit.Portal) {
	t.Helper()
	admin, operator := p.Administrator(t), p.Operator(t)
	p.Unit(t, admin, "bu1")
	p.Put(t, operator, "bu1", "a call.wav", "taken", billing)
	p.Put(t, operator, "bu1", "b.wav", "left", map[string]string{"media-type": "call-recording", "skill": "sales"})
	admin.MustPost(t, "/business-units/bu1/rules", copyBillingCalls())
	admin.MustPost(t, "/business-units/bu1/run", url.Values{})
	var placed []string
	began := time.Now()
	testkit.Await(t, "the file to be placed", func() bool {
		placed = keys(t, operator, "sea")
		return len(placed) == 1
	})
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("a run took %s to begin and place", took)
	}

	form := admin.Get(t, "/business-units/bu1/credentials")
	issued := admin.Post(t, "/business-units/bu1/credentials", url.Values{"nonce": {form.Nonce(t)}})
	partner := p.S3As(t, issued.Field(t, "access-key-id"), issued.Field(t, "secret-access-key"))
	got, err := partner.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("sea"), Key: aws.String(placed[0])})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil || string(body) != "taken" {
		t.Errorf("the partner got %q, %v", body, err)
	}
	var refused smithy.APIError
	_, err = partner.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("active")})
	if !errors.As(err, &refused) || refused.ErrorCode() != "AccessDenied" {
		t.Errorf("the partner lists active storage: %v", err)
	}
	if answer := p.Viewer(t).Post(t, "/business-units/bu1/run", url.Values{}); answer.Status != 403 {
		t.Errorf("a viewer's run is answered %d", answer.Status)
	}

	// All of it is still there after a restart; sessions too.
	p.Restart(t)
	if answer := admin.Get(t, "/business-units/bu1/files"); answer.Status != 200 || answer.Page(t).Find("[data-key='a call.wav']").Length() != 1 {
		t.Errorf("after a restart the files answer %d", answer.Status)
	}
	if diff := cmp.Diff(placed, keys(t, p.Operator(t), "sea")); diff != "" {
		t.Error(diff)
	}

	// A month and an hour later the file is gone, and stays gone.
	p.Restart(t, testkit.ClockOffset(721*time.Hour))
	testkit.Await(t, "the file to expire", func() bool { return len(keys(t, p.Operator(t), "sea")) == 0 })
	admin.MustPost(t, "/business-units/bu1/run", url.Values{})
	testkit.Await(t, "the run to end", func() bool {
		row := admin.Get(t, "/business-units/bu1/files?status=any").Page(t).Find("[data-key='a call.wav']")
		return row.AttrOr("data-state", "") == "removed"
	})
	if again := keys(t, p.Operator(t), "sea"); len(again) != 0 {
		t.Errorf("placed again: %q", again)
	}
}
