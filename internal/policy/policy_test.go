package policy_test

import (
	"testing"

	"seaportal/internal/policy"
)

func TestADocumentIsShortAndAsIAMWritesIt(t *testing.T) {
	t.Parallel()
	document := policy.Of(
		policy.Statement{Sid: "One", Effect: policy.Allow, Action: []string{"s3:GetObject"}, Resource: policy.Resources{"arn:aws:s3:::a&b/<x>/*"}},
		policy.Statement{
			Sid: "Two", Effect: policy.Deny, Principal: "*", Action: []string{"s3:*"}, Resource: policy.Resources{"a", "b"},
			Condition: policy.Conditions{"Bool": {"aws:SecureTransport": {"false"}}},
		},
	)
	const want = `{"Version":"2012-10-17","Statement":[` +
		`{"Sid":"One","Effect":"Allow","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::a&b/<x>/*"},` +
		`{"Sid":"Two","Effect":"Deny","Principal":"*","Action":["s3:*"],"Resource":["a","b"],"Condition":{"Bool":{"aws:SecureTransport":["false"]}}}]}`
	got, err := document.Text()
	if err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
	indented, err := document.Indented()
	if err != nil || policy.Length(indented) != policy.Length(want) || policy.Length(want) != len(want) {
		t.Errorf("for people it has %d characters, %v: %s", policy.Length(indented), err, indented)
	}
}

func TestKeysAreUsedByS3OfTheRegionOnly(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-central-1": "s3.eu-central-1.amazonaws.com", "cn-north-1": "s3.cn-north-1.amazonaws.com.cn", "us-gov-west-1": "s3.us-gov-west-1.amazonaws.com",
	} {
		if got := policy.ViaS3(region)["StringEquals"]["kms:ViaService"]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %v", region, got)
		}
	}
}
