package credential_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"seaportal/internal/credential"
	"seaportal/internal/store/storetest"
	"seaportal/internal/testkit/cloud"
)

// status is what a URL answers to a GET.
func status(t *testing.T, url string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Error(err)
	}
	return answer.StatusCode
}

// test gives how each check ended, and all that was said.
func (b *bench) test(t *testing.T) (outcomes map[string]credential.Outcome, said string) {
	t.Helper()
	b.reread(t)
	checks, err := b.TestConnection(t.Context(), b.unit)
	if err != nil {
		t.Fatal(err)
	}
	outcomes = map[string]credential.Outcome{}
	for _, check := range checks {
		outcomes[check.Name] = check.Outcome
		said += check.Said + "\n" + check.Partner + "\n" + check.Do + "\n"
		if check.Said == "" || check.Outcome == credential.Failed && check.Do == "" {
			t.Errorf("%+v leaves open what it is or what to do", check)
		}
	}
	return outcomes, said
}

func (b *bench) place(t *testing.T, name, body string) {
	t.Helper()
	_, err := b.cloud.Operator(nil).PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: b.unit.SEABucket, Key: aws.String(*b.unit.SEAPrefix + name), Body: strings.NewReader(body),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestConnectionOfAWholeUnitPasses(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	b.generate(t)
	got, said := b.test(t)
	want := map[string]credential.Outcome{
		"Access key": credential.Passed, "Policy": credential.Passed, "Location": credential.Noted, "A file in it": credential.Skipped,
		"Encryption": credential.Skipped, "Endpoint": credential.Passed, "Certificate": credential.Noted,
	}
	if diff := cmp.Diff(want, got); diff != "" || !strings.Contains(said, "is empty") {
		t.Errorf("an empty location:\n%s\n%s", diff, said)
	}
	b.place(t, "", "") // the folder marker
	if _, said := b.test(t); !strings.Contains(said, "the folder marker is there") {
		t.Errorf("with the marker: %s", said)
	}
	b.place(t, "a", "")
	want["Location"], want["A file in it"], want["Encryption"] = credential.Passed, credential.Passed, credential.Noted
	if got, said := b.test(t); cmp.Diff(want, got) != "" {
		t.Errorf("an empty file:\n%s\n%s", cmp.Diff(want, got), said)
	}
	b.place(t, "a", "content")
	if got, said := b.test(t); cmp.Diff(want, got) != "" {
		t.Errorf("a file:\n%s\n%s", cmp.Diff(want, got), said)
	}
}

func TestConnectionSaysWhatAPartnerWouldSee(t *testing.T) {
	t.Parallel()
	b := setUp(t, storetest.Open(t))
	if got, said := b.test(t); got["Access key"] != credential.Failed || got["Policy"] != credential.Failed || !strings.Contains(said, "InvalidAccessKeyId") {
		t.Errorf("without a set: %v\n%s", got, said)
	}
	set := b.generate(t)
	name, operator := aws.String(b.unit.IAMUser()), b.cloud.IAM(nil)
	change := func(what string, err error, check string, want credential.Outcome, words string) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got, said := b.test(t); got[check] != want || !strings.Contains(said, words) {
			t.Errorf("%s: %s is %s\n%s", what, check, got[check], said)
		}
	}
	b.allow(t, "203.0.113.0/24")
	change("addresses that are not applied", nil, "Policy", credential.Noted, "is being written")
	change("addresses", b.EnsureUser(t.Context(), b.unit), "Policy", credential.Passed, "unless they come from 203.0.113.0/24")
	_, err := operator.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: name})
	change("a stranger", err, "Access key", credential.Noted, "1 key that the portal does not know")
	_, err = operator.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{UserName: name, AccessKeyId: &set.AccessKeyID, Status: types.StatusTypeInactive})
	change("an inactive key", err, "Access key", credential.Failed, "made it inactive")
	_, err = operator.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: &set.AccessKeyID})
	change("no key", err, "Access key", credential.Failed, "does not know the set")
	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`
	_, err = operator.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: name, PolicyName: aws.String("more"), PolicyDocument: &deny})
	change("one more policy", err, "Policy", credential.Noted, "others beside it: more")
	_, err = operator.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: name, PolicyName: aws.String("sea-access"), PolicyDocument: &deny})
	change("another policy", err, "Policy", credential.Failed, "not the one that the portal wrote")
	_, err = operator.DeleteUserPolicy(t.Context(), &iam.DeleteUserPolicyInput{UserName: name, PolicyName: aws.String("sea-access")})
	change("no policy", err, "Policy", credential.Failed, "There is no policy")
	b.gate.Decide(func(string, int) cloud.Fate { return cloud.Lost })
	got, _ := b.test(t)
	if got["Access key"] != credential.Failed || got["Policy"] != credential.Failed || got["Location"] != credential.Failed {
		t.Errorf("nobody answers: %v", got)
	}
}
