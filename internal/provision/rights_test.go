package provision_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/policy"
	"seaportal/internal/provision"
)

var place = provision.Place{
	Region: "eu-central-1", Account: "111122223333", Active: []string{"recordings", "mail"}, SEA: "external", KMS: true,
	Queue: "arn:aws:sqs:eu-central-1:111122223333:sea",
}

// rightsOf are the actions of a document.
func rightsOf(document policy.Document) map[string]bool {
	all := map[string]bool{}
	for _, statement := range document.Statement {
		for _, action := range statement.Action {
			all[action] = true
		}
	}
	return all
}

// calls are the calls of the SDK's clients, each with the right that it needs.
// Those without one are about the client itself, or need the right of another.
var calls = map[string]string{
	"AbortMultipartUpload": "s3:AbortMultipartUpload", "CompleteMultipartUpload": "s3:PutObject", "CopyObject": "s3:PutObject",
	"CreateBucket": "s3:CreateBucket", "CreateMultipartUpload": "s3:PutObject", "DeleteObject": "s3:DeleteObject",
	"GetBucketEncryption": "s3:GetEncryptionConfiguration", "GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
	"GetBucketPolicy": "s3:GetBucketPolicy", "GetBucketVersioning": "s3:GetBucketVersioning", "GetObject": "s3:GetObject",
	"GetObjectTagging": "s3:GetObjectTagging", "GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock", "HeadBucket": "s3:ListBucket",
	"HeadObject": "s3:GetObject", "ListMultipartUploads": "s3:ListBucketMultipartUploads", "ListObjectsV2": "s3:ListBucket",
	"PresignGetObject": "s3:GetObject", "PutBucketEncryption": "s3:PutEncryptionConfiguration",
	"PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration", "PutBucketPolicy": "s3:PutBucketPolicy", "PutObject": "s3:PutObject",
	"PutObjectTagging": "s3:PutObjectTagging", "PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock", "UploadPartCopy": "s3:PutObject",

	"CreateAccessKey": "iam:CreateAccessKey", "CreateUser": "iam:CreateUser", "DeleteAccessKey": "iam:DeleteAccessKey",
	"GetAccessKeyLastUsed": "iam:GetAccessKeyLastUsed", "GetUserPolicy": "iam:GetUserPolicy", "ListAccessKeys": "iam:ListAccessKeys",
	"ListUserPolicies": "iam:ListUserPolicies", "PutUserPolicy": "iam:PutUserPolicy",

	"CreateKey": "kms:CreateKey", "Decrypt": "kms:Decrypt", "DescribeKey": "kms:DescribeKey", "GenerateDataKey": "kms:GenerateDataKey",

	"ChangeMessageVisibility": "sqs:ChangeMessageVisibility", "ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
	"DeleteMessage": "sqs:DeleteMessage", "DeleteMessageBatch": "sqs:DeleteMessage", "GetQueueAttributes": "sqs:GetQueueAttributes",
	"ReceiveMessage": "sqs:ReceiveMessage",
}

// request is a request of the SDK as the source makes it: its input, or the
// paginator's.
var request = regexp.MustCompile(`&(?:s3|iam|kms|sqs)\.([A-Z][A-Za-z0-9]+)Input\b`)

func TestThePolicyHasTheRightOfEachCallAndNoOther(t *testing.T) {
	t.Parallel()
	made := map[string]bool{"s3:PutObject": true}
	for _, dir := range []string{"objects", "credential", "keys", "news", "provision", "app"} {
		files, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range request.FindAllStringSubmatch(string(source), -1) {
				right, known := calls[found[1]]
				if !known {
					t.Errorf("%s calls %s, of which nobody says which right it needs", file, found[1])
				}
				made[right] = true
			}
		}
	}
	made["kms:TagResource"] = true // CreateKey with tags
	if diff := cmp.Diff(slices.Sorted(maps.Keys(made)), slices.Sorted(maps.Keys(rightsOf(place.Rights())))); diff != "" {
		t.Errorf("rights that the code needs, and that the policy has:\n%s", diff)
	}
}

func TestThePolicyIsConfinedAndFitsAManagedPolicy(t *testing.T) {
	t.Parallel()
	named := place
	named.Key, named.Others = "arn:aws:kms:eu-central-1:111122223333:key/one", []string{"arn:aws:kms:eu-central-1:111122223333:key/two"}
	for name, p := range map[string]provision.Place{"own keys": place, "named keys": named} {
		document := p.Rights()
		text, err := document.Text()
		if err != nil || policy.Length(text) > 6144 { // IAM's limit of a managed policy
			t.Errorf("%s: %d characters, %v", name, policy.Length(text), err)
		}
		for _, statement := range document.Statement {
			for _, on := range statement.Resource {
				if on == "*" && statement.Sid != "MakeKeys" || strings.HasPrefix(on, "arn:aws:s3:::*") {
					t.Errorf("%s: %s is on %s", name, statement.Sid, on)
				}
			}
			if strings.Contains(strings.Join(statement.Action, " "), "*") {
				t.Errorf("%s: %s allows %v", name, statement.Sid, statement.Action)
			}
		}
	}
	deaf := place
	deaf.Queue = ""
	if text, err := deaf.Rights().Text(); err != nil || strings.Contains(text, "sqs:") {
		t.Errorf("without a queue: %s, %v", text, err)
	}
	if rights := rightsOf(named.Rights()); rights["kms:CreateKey"] || !rights["kms:Decrypt"] {
		t.Errorf("with a key of the operator's, the rights are %v", rights)
	}
	bare := place
	bare.KMS = false
	if text, err := bare.Rights().Text(); err != nil || strings.Contains(text, "kms:") {
		t.Errorf("without a KMS: %s, %v", text, err)
	}
}

// The module for Terraform says the same as the program.
func TestTheTerraformModuleGrantsTheSame(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join("..", "..", "deploy", "aws", "policy.tf"))
	if err != nil {
		t.Fatal(err)
	}
	granted := map[string]bool{}
	for _, found := range regexp.MustCompile(`"((?:s3|iam|kms|sqs):[A-Z][A-Za-z]+)"`).FindAllStringSubmatch(string(source), -1) {
		granted[found[1]] = true
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(rightsOf(place.Rights()))), slices.Sorted(maps.Keys(granted))); diff != "" {
		t.Errorf("rights that the program prints, and that deploy/aws/policy.tf grants:\n%s", diff)
	}
}

func TestMissingNamesWhatWasDeniedOnly(t *testing.T) {
	t.Parallel()
	got := place.Missing([]provision.Call{
		{Right: "s3:GetObject", On: "arn:aws:s3:::mail/*", Outcome: provision.Denied},
		{Right: "s3:GetObject", On: "arn:aws:s3:::external/*", Outcome: provision.Granted},
		{Right: "s3:PutObject", On: "arn:aws:s3:::external/*", Outcome: provision.Untried},
		{Right: "kms:DescribeKey", On: "arn:aws:kms:eu-central-1:111122223333:key/*", Outcome: provision.Unclear},
	})
	want := policy.Of(policy.Statement{
		Sid: "ActiveFiles", Effect: "Allow", Action: []string{"s3:GetObject"},
		Resource: policy.Resources{"arn:aws:s3:::recordings/*", "arn:aws:s3:::mail/*"},
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if none := place.Missing(nil); len(none.Statement) > 0 {
		t.Errorf("nothing is missing: %v", none)
	}
}

func TestTheBucketRefusesPlainHTTPAndOtherKeys(t *testing.T) {
	t.Parallel()
	text, err := place.BucketPolicy().Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"Principal":"*"`, `"Bool":{"aws:SecureTransport":["false"]}`, `["arn:aws:s3:::external","arn:aws:s3:::external/*"]`,
		`"Null":{"s3:x-amz-server-side-encryption":["false"]},"StringNotEquals":{"s3:x-amz-server-side-encryption":["aws:kms"]}`,
		`"s3:x-amz-server-side-encryption-customer-algorithm":["false"]`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the policy does not say %s: %s", want, text)
		}
	}
	if strings.Contains(text, `"Allow"`) {
		t.Error("it allows something")
	}
}
