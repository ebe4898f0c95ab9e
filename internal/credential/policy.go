package credential

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// policyLimit is what IAM allows a user's inline policies to have in all, in
// characters without white space.
const policyLimit = 2048

type policyDocument struct {
	Version   string
	Statement []policyStatement
}

type policyStatement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  string
	Condition map[string]map[string][]string `json:",omitempty"`
}

// Policy gives the policy document of a unit's IAM user: list its own SEA
// location, read and delete the files in it, learn the bucket's region, and
// nothing else. The prefix is the SEA prefix and ends in a slash. Clients list
// a folder with and without that slash, and a listing of `p` is not matched by
// `p/*`: so all three forms are granted.
//
// Where allowed names address ranges, S3 refuses the user from all others. One
// statement that denies names them once; conditions on each of the statements
// that allow would name them three times, and the document has to be short.
//
// It refuses names that IAM would read as patterns, and with PolicyTooLong a
// document that is longer than IAM takes.
func Policy(region, bucket, prefix string, allowed []string) (string, error) {
	folder, ok := strings.CutSuffix(prefix, "/")
	if !ok || folder == "" || bucket == "" {
		return "", fmt.Errorf("policy for %q in %q: a bucket and a prefix that ends in a slash are needed", prefix, bucket)
	}
	if strings.ContainsAny(bucket+prefix, "*?$") {
		return "", fmt.Errorf("policy for %s/%s: *, ? and $ are patterns to IAM", bucket, prefix)
	}
	arn := "arn:" + partition(region) + ":s3:::" + bucket
	document := policyDocument{Version: "2012-10-17", Statement: []policyStatement{
		{
			Sid: "List", Effect: "Allow", Action: []string{"s3:ListBucket"}, Resource: arn,
			Condition: map[string]map[string][]string{"StringLike": {"s3:prefix": {folder, prefix, prefix + "*"}}},
		},
		{Sid: "Locate", Effect: "Allow", Action: []string{"s3:GetBucketLocation"}, Resource: arn},
		{Sid: "Files", Effect: "Allow", Action: []string{"s3:GetObject", "s3:DeleteObject"}, Resource: arn + "/" + prefix + "*"},
	}}
	if len(allowed) > 0 {
		document.Statement = append(document.Statement, policyStatement{
			Sid: "Elsewhere", Effect: "Deny", Action: []string{"s3:*"}, Resource: "*",
			Condition: map[string]map[string][]string{"NotIpAddress": {"aws:SourceIp": allowed}},
		})
	}
	return encodePolicy(document, bucket+"/"+prefix)
}

func encodePolicy(document policyDocument, location string) (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // \u003c would be six characters of the limit for one
	if err := encoder.Encode(document); err != nil {
		return "", fmt.Errorf("encode policy for %s: %w", location, err)
	}
	if length := policyLength(text.String()); length > policyLimit {
		return "", fmt.Errorf("policy for %s: %w", location, PolicyTooLong{Length: length, Limit: policyLimit})
	}
	return strings.TrimSuffix(text.String(), "\n"), nil
}

// PolicyTooLong says that a policy document has more characters than IAM takes.
type PolicyTooLong struct{ Length, Limit int }

// Error gives both numbers.
func (e PolicyTooLong) Error() string {
	return fmt.Sprintf("the policy has %d characters, IAM takes %d", e.Length, e.Limit)
}

// policyLength counts as IAM does: characters that are no white space.
func policyLength(text string) int {
	count := 0
	for _, r := range text {
		if !strings.ContainsRune(" \t\r\n", r) {
			count++
		}
	}
	return count
}

// partition is the part of AWS that a region lies in, as ARNs name it.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
