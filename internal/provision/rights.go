// Package provision owns what the portal needs of storage that it does not run
// itself: the rights of its own identity, the settings of the bucket that files
// are placed in, and the questions by which it finds out what an S3 server can
// do. It changes nothing that somebody set otherwise, and nothing at all in
// active storage, which is the organisation's.
package provision

import (
	"cmp"

	"seaportal/internal/policy"
)

// UserPath is where the IAM users of business units stand.
const UserPath = "/sea/"

// KeyTag is the tag of the KMS keys that the portal makes.
const KeyTag = "sea-business-unit"

// Place names what the portal works with.
type Place struct {
	Region  string
	Account string   // 12 digits; empty for any, where a document does without
	Active  []string // buckets of active storage
	SEA     string   // bucket that files are placed in
	// KMS says that a key service answers. Key is the one key for every unit;
	// without it the portal makes one for each. Others are ARNs of keys that it
	// may use besides: custom ones, and those that active storage rests under.
	KMS    bool
	Key    string
	Others []string
	// Queue is the ARN of the queue by which S3 tells of changes; empty for none.
	Queue string
}

// The calls of S3, IAM, KMS and SQS that the portal makes, as rights on what they are
// about.
var (
	activeBucket = []string{"s3:ListBucket"}
	activeFiles  = []string{"s3:GetObject", "s3:GetObjectTagging", "s3:DeleteObject"}
	seaBucket    = []string{
		"s3:CreateBucket", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketVersioning",
		"s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock",
		"s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration",
		"s3:GetBucketPolicy", "s3:PutBucketPolicy",
		"s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration",
	}
	seaFiles = []string{
		"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectTagging", "s3:PutObjectTagging", "s3:AbortMultipartUpload",
	}
	users = []string{
		"iam:CreateUser", "iam:PutUserPolicy", "iam:GetUserPolicy", "iam:ListUserPolicies",
		"iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed",
	}
	makeKeys = []string{"kms:CreateKey", "kms:TagResource"}
	useKeys  = []string{"kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"}
	readNews = []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"}
)

// Rights gives the policy document of the portal's own identity: every call that
// it makes, on what it makes it on, and nothing else.
func (p Place) Rights() policy.Document {
	document := policy.Of(
		allow("ActiveBuckets", activeBucket, p.buckets("", p.Active...)),
		allow("ActiveFiles", activeFiles, p.buckets("/*", p.Active...)),
		allow("SEABucket", seaBucket, p.buckets("", p.SEA)),
		allow("SEAFiles", seaFiles, p.buckets("/*", p.SEA)),
		allow("Users", users, policy.Resources{p.users()}),
	)
	if p.Queue != "" {
		document.Statement = append(document.Statement, allow("EventsQueue", readNews, policy.Resources{p.Queue}))
	}
	if !p.KMS {
		return document
	}
	if p.Key == "" {
		document.Statement = append(document.Statement, p.ownKeys()...)
	}
	if named := p.named(); len(named) > 0 {
		document.Statement = append(document.Statement, allow("NamedKeys", useKeys, named))
	}
	return document
}

// ownKeys are the rights to make keys, and to use what carries their tag.
func (p Place) ownKeys() []policy.Statement {
	making, using := allow("MakeKeys", makeKeys, policy.Resources{"*"}), allow("OwnKeys", useKeys, policy.Resources{p.keys()})
	making.Condition = policy.Conditions{"Null": {"aws:RequestTag/" + KeyTag: {"false"}}}
	using.Condition = policy.Conditions{"Null": {"aws:ResourceTag/" + KeyTag: {"false"}}}
	return []policy.Statement{making, using}
}

// named are the keys that the portal is told of.
func (p Place) named() policy.Resources {
	var named policy.Resources
	if p.Key != "" {
		named = append(named, p.Key)
	}
	return append(named, p.Others...)
}

func allow(sid string, actions []string, on policy.Resources) policy.Statement {
	return policy.Statement{Sid: sid, Effect: policy.Allow, Action: actions, Resource: on}
}

func (p Place) buckets(below string, names ...string) policy.Resources {
	arns := make(policy.Resources, len(names))
	for i, name := range names {
		arns[i] = p.arn("s3", "", "") + name + below
	}
	return arns
}

func (p Place) users() string {
	return p.arn("iam", "", cmp.Or(p.Account, "*")) + "user" + UserPath + "*"
}

func (p Place) keys() string { return p.arn("kms", p.Region, cmp.Or(p.Account, "*")) + "key/*" }

func (p Place) arn(service, region, account string) string {
	return "arn:" + policy.Partition(p.Region) + ":" + service + ":" + region + ":" + account + ":"
}
