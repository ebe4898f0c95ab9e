package provision

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seaportal/internal/objects"
	"seaportal/internal/policy"
)

// State is what was found once at the start: what the server can do, and how the
// SEA bucket is set.
type State struct {
	Lifecycle, Encryption, AccessBlock bool // the server knows these settings
	// Backstop says that S3 deletes what is marked for it, should the portal not.
	Backstop bool
	// KMS says that S3 encrypts with the key that it is asked to.
	KMS      bool
	Lacks    objects.Lacks
	Settings []Setting
}

// Setting is one setting of the SEA bucket. Fix says what to do where it is not
// well.
type Setting struct {
	Name, Value string
	Well        bool
	Fix         string

	made bool  // just now: it was missing
	err  error // why it could not be made, or read
}

// The settings' names.
const (
	settingAccess     = "SEA bucket: public access"
	settingEncryption = "SEA bucket: default encryption"
	settingLifecycle  = "SEA bucket: lifecycle"
	settingPolicy     = "SEA bucket: policy"
	settingVersioning = "SEA bucket: versioning"
)

// Days until S3 deletes what the portal should have. S3 counts from the next
// midnight UTC (Amazon S3, "Expiring objects"), the portal 30 days to the second.
const (
	backstopDays  = 32
	uploadDays    = 2 // the portal takes parts away after one
	noncurrentDay = 1
)

// settle gives the SEA bucket what it lacks, and looks at what the server can do.
func (s Storage) settle(ctx context.Context) (State, error) {
	var state State
	state.Settings = s.settings(ctx, &state)
	var err error
	if state.KMS, err = s.encrypts(ctx, state); err != nil {
		return state, err
	}
	state.Lacks, err = s.lacks(ctx)
	return state, err
}

// settings makes the settings that are missing, and gives all that the server
// knows.
func (s Storage) settings(ctx context.Context, state *State) []Setting {
	var all []Setting
	add := func(setting Setting, known bool) bool {
		if known {
			all = append(all, setting)
		}
		return known
	}
	state.AccessBlock = add(s.accessBlock(ctx))
	state.Encryption = add(s.encryption(ctx))
	state.Lifecycle = add(s.lifecycle(ctx, &state.Backstop))
	if s.Secure && state.Encryption {
		add(s.refusals(ctx))
	}
	add(s.versioning(ctx))
	return all
}

// left is a setting that could not be made, or read.
func left(set Setting, err error) Setting {
	set.Well, set.err, set.Value = false, err, "not known"
	if set.made {
		set.Value = "could not be set"
	}
	set.Fix = "S3 answered " + word(err) + ": see what it knows of this setting."
	if denied(err) {
		set.Fix = "S3 answered " + word(err) + ". Run `seaportal aws check`, and grant what is missing."
	}
	return set
}

func (s Storage) accessBlock(ctx context.Context) (Setting, bool) {
	set := Setting{Name: settingAccess, Value: "blocked", Well: true}
	all := &types.PublicAccessBlockConfiguration{
		BlockPublicAcls: aws.Bool(true), IgnorePublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true),
	}
	out, err := s.S3.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &s.SEA})
	switch {
	case !implemented(err):
		return set, false
	case absent(err):
		set.made = true
		_, err = s.S3.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: &s.SEA, PublicAccessBlockConfiguration: all})
	case err == nil && !blocked(out.PublicAccessBlockConfiguration):
		set.Value, set.Well, set.Fix = "not all of it is blocked", false, "Turn on Block Public Access for "+s.SEA+", all four parts."
	}
	if err != nil {
		return left(set, err), true
	}
	return set, true
}

func blocked(c *types.PublicAccessBlockConfiguration) bool {
	return c != nil && aws.ToBool(c.BlockPublicAcls) && aws.ToBool(c.IgnorePublicAcls) &&
		aws.ToBool(c.BlockPublicPolicy) && aws.ToBool(c.RestrictPublicBuckets)
}

// encryption sets the default for what is stored without naming a key. Amazon
// gives each new bucket one of its own, which is not KMS's.
func (s Storage) encryption(ctx context.Context) (Setting, bool) {
	set := Setting{Name: settingEncryption, Value: "SSE-KMS", Well: true}
	out, err := s.S3.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &s.SEA})
	if !implemented(err) {
		return set, false
	}
	if s.KMS && (absent(err) || err == nil && !byKMS(out.ServerSideEncryptionConfiguration)) {
		rule := types.ServerSideEncryptionRule{
			BucketKeyEnabled:                   aws.Bool(true),
			ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAwsKms},
		}
		if s.Key != "" {
			rule.ApplyServerSideEncryptionByDefault.KMSMasterKeyID = &s.Key
		}
		set.made = true
		_, err = s.S3.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
			Bucket: &s.SEA, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{rule}},
		})
	} else if !s.KMS {
		set.Value, err = "as S3 does it", nil
	}
	if err != nil {
		return left(set, err), true
	}
	return set, true
}

func byKMS(c *types.ServerSideEncryptionConfiguration) bool {
	for _, rule := range c.Rules {
		if by := rule.ApplyServerSideEncryptionByDefault; by != nil && by.SSEAlgorithm != types.ServerSideEncryptionAes256 {
			return true
		}
	}
	return false
}

// refusals sets the bucket's policy: nothing by plain HTTP, and nothing that asks
// for another encryption than KMS's, or brings a key of its own. What asks for
// none gets the default.
func (s Storage) refusals(ctx context.Context) (Setting, bool) {
	set := Setting{Name: settingPolicy, Value: "refuses plain HTTP and other encryption", Well: true}
	_, err := s.S3.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &s.SEA})
	switch {
	case !implemented(err):
		return set, false
	case absent(err):
		set.made = true
		var text string
		if text, err = s.BucketPolicy().Text(); err == nil {
			_, err = s.S3.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &s.SEA, Policy: &text})
		}
	case err == nil:
		set.Value = "somebody's own: `seaportal aws policy --bucket` prints what it should refuse"
	}
	if err != nil {
		return left(set, err), true
	}
	return set, true
}

// BucketPolicy gives what the SEA bucket refuses, whoever asks.
func (p Place) BucketPolicy() policy.Document {
	const header = "s3:x-amz-server-side-encryption"
	bucket, files := p.buckets("", p.SEA), p.buckets("/*", p.SEA)
	deny := policy.Statement{Effect: policy.Deny, Principal: "*"}
	plain, other, own := deny, deny, deny
	plain.Sid, plain.Action, plain.Resource = "RefusePlainHTTP", []string{"s3:*"}, append(bucket, files...)
	plain.Condition = policy.Conditions{"Bool": {"aws:SecureTransport": {"false"}}}
	other.Sid, other.Action, other.Resource = "RefuseOtherEncryption", []string{"s3:PutObject"}, files
	other.Condition = policy.Conditions{"Null": {header: {"false"}}, "StringNotEquals": {header: {"aws:kms"}}}
	own.Sid, own.Action, own.Resource = "RefuseCustomersKeys", []string{"s3:PutObject"}, files
	own.Condition = policy.Conditions{"Null": {header + "-customer-algorithm": {"false"}}}
	if !p.KMS {
		return policy.Of(plain)
	}
	return policy.Of(plain, other, own)
}

// versioning is only looked at: versions of deleted files would stay.
func (s Storage) versioning(ctx context.Context) (Setting, bool) {
	set := Setting{Name: settingVersioning, Value: "off", Well: true}
	out, err := s.S3.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &s.SEA})
	switch {
	case !implemented(err):
		return set, false
	case err != nil:
		return left(set, err), true
	case out.Status == types.BucketVersioningStatusEnabled:
		set.Value, set.Well = "on", false
		set.Fix = fmt.Sprintf("Suspend versioning of %s, or see that noncurrent versions expire after a day: else deleted files stay.", s.SEA)
	}
	return set, true
}
