package credential

import (
	"fmt"
	"strings"

	"seaportal/internal/policy"
)

// policyLimit is what IAM allows a user's inline policies to have in all, in
// characters without white space.
const policyLimit = 2048

// keysSid names the statement that follows the keys which files rest under.
const keysSid = "Keys"

// Grant is what the policy of a unit's IAM user lets it do, and from where. The
// prefix is the SEA prefix and ends in a slash.
type Grant struct {
	Region, Bucket, Prefix string
	// Allowed are the address ranges that S3 may be asked from; none means any.
	Allowed []string
	// Keys are the ARNs of the KMS keys that the files rest under. S3 asks KMS
	// on the user's behalf, so the user needs the right; none where the server
	// asks nobody.
	Keys []string
}

// Policy gives the policy document of a unit's IAM user: list its own SEA
// location, read and delete the files in it, learn the bucket's region, have S3
// decrypt, and nothing else. Clients list a folder with and without its slash,
// and a listing of `p` is not matched by `p/*`: so all three forms are granted.
//
// Where Allowed names address ranges, S3 refuses the user from all others. One
// statement that denies names them once; conditions on each of the statements
// that allow would name them three times, and the document has to be short.
//
// It refuses names that IAM would read as patterns, and with PolicyTooLong a
// document that is longer than IAM takes.
func Policy(g Grant) (string, error) {
	folder, ok := strings.CutSuffix(g.Prefix, "/")
	if !ok || folder == "" || g.Bucket == "" {
		return "", fmt.Errorf("policy for %q in %q: a bucket and a prefix that ends in a slash are needed", g.Prefix, g.Bucket)
	}
	if strings.ContainsAny(g.Bucket+g.Prefix+strings.Join(g.Keys, ""), "*?$") {
		return "", fmt.Errorf("policy for %s/%s: *, ? and $ are patterns to IAM", g.Bucket, g.Prefix)
	}
	arn := policy.Resources{"arn:" + policy.Partition(g.Region) + ":s3:::" + g.Bucket}
	files := policy.Resources{arn[0] + "/" + g.Prefix + "*"}
	document := policy.Of(
		policy.Statement{
			Sid: "List", Effect: policy.Allow, Action: []string{"s3:ListBucket"}, Resource: arn,
			Condition: policy.Conditions{"StringLike": {"s3:prefix": {folder, g.Prefix, g.Prefix + "*"}}},
		},
		policy.Statement{Sid: "Locate", Effect: policy.Allow, Action: []string{"s3:GetBucketLocation"}, Resource: arn},
		policy.Statement{Sid: "Files", Effect: policy.Allow, Action: []string{"s3:GetObject", "s3:DeleteObject"}, Resource: files},
	)
	if len(g.Keys) > 0 {
		document.Statement = append(document.Statement, policy.Statement{
			Sid: keysSid, Effect: policy.Allow, Action: []string{"kms:Decrypt"}, Resource: g.Keys, Condition: policy.ViaS3(g.Region),
		})
	}
	if len(g.Allowed) > 0 {
		document.Statement = append(document.Statement, policy.Statement{
			Sid: "Elsewhere", Effect: policy.Deny, Action: []string{"s3:*"}, Resource: policy.Resources{"*"},
			Condition: policy.Conditions{"NotIpAddress": {"aws:SourceIp": g.Allowed}},
		})
	}
	return short(document, g.Bucket+"/"+g.Prefix)
}

func short(document policy.Document, location string) (string, error) {
	text, err := document.Text()
	if err != nil {
		return "", fmt.Errorf("encode policy for %s: %w", location, err)
	}
	if length := policy.Length(text); length > policyLimit {
		return "", fmt.Errorf("policy for %s: %w", location, PolicyTooLong{Length: length, Limit: policyLimit})
	}
	return text, nil
}

// PolicyTooLong says that a policy document has more characters than IAM takes.
type PolicyTooLong struct{ Length, Limit int }

// Error gives both numbers.
func (e PolicyTooLong) Error() string {
	return fmt.Sprintf("the policy has %d characters, IAM takes %d", e.Length, e.Limit)
}
