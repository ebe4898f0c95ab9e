package provision

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seaportal/internal/objects"
)

// lifecycle sets what S3 deletes by itself, where nothing is set, and tells
// whether what is set deletes marked files late enough.
func (s Storage) lifecycle(ctx context.Context, backstop *bool) (Setting, bool) {
	set := Setting{Name: settingLifecycle, Value: "deletes after 32 days what the portal did not", Well: true}
	out, err := s.S3.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &s.SEA})
	if !implemented(err) {
		return set, false
	}
	if absent(err) {
		set.made = true
		if err = s.putLifecycle(ctx); err == nil {
			out, err = s.S3.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &s.SEA})
		}
	}
	if err != nil {
		return left(set, err), true
	}
	*backstop = marked(out.Rules)
	switch {
	case early(out.Rules):
		set.Value, set.Well = "deletes files before their 30 days are over", false
		set.Fix = "Take away the rule that expires objects of " + s.SEA + " in less than 31 days."
	case !*backstop:
		set.Value, set.Well = "deletes nothing that the portal did not", false
		set.Fix = "Add a rule that expires objects with the tag sea-expire=yes after 32 days: docs/aws.md shows it."
	}
	return set, true
}

// putLifecycle sets the rules, or what of them the server knows: the portal takes
// parts of uploads away by itself, but the backstop has to be S3's.
func (s Storage) putLifecycle(ctx context.Context) error {
	put := func(rules []types.LifecycleRule) error {
		_, err := s.S3.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
			Bucket: &s.SEA, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: rules},
		})
		return err
	}
	err := put(LifecycleRules())
	if err != nil && objects.ReasonOf(err) == objects.Refused {
		return put(LifecycleRules()[:1])
	}
	return err
}

// LifecycleRules is what the SEA bucket's lifecycle configuration should have:
// first the backstop of the portal's own expiry, then parts of uploads that nobody
// completes, and versions that are not current, where somebody keeps versions.
func LifecycleRules() []types.LifecycleRule {
	tag := &types.LifecycleRuleFilter{Tag: &types.Tag{Key: aws.String(objects.ExpireTag), Value: aws.String(objects.ExpireValue)}}
	all := &types.LifecycleRuleFilter{Prefix: aws.String("")}
	return []types.LifecycleRule{
		{
			ID: aws.String("sea-backstop"), Status: types.ExpirationStatusEnabled, Filter: tag,
			Expiration: &types.LifecycleExpiration{Days: days(backstopDays)},
		},
		{
			ID: aws.String("sea-parts"), Status: types.ExpirationStatusEnabled, Filter: all,
			AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: days(uploadDays)},
		},
		{
			ID: aws.String("sea-versions"), Status: types.ExpirationStatusEnabled, Filter: all,
			NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: days(noncurrentDay)},
		},
	}
}

// marked tells whether a rule deletes what is marked.
func marked(rules []types.LifecycleRule) bool {
	for _, rule := range rules {
		if rule.Status != types.ExpirationStatusEnabled || rule.Filter == nil || rule.Filter.Tag == nil || rule.Expiration == nil {
			continue
		}
		if tag := rule.Filter.Tag; aws.ToString(tag.Key) == objects.ExpireTag && aws.ToString(tag.Value) == objects.ExpireValue &&
			aws.ToInt32(rule.Expiration.Days) >= backstopDays-1 {
			return true
		}
	}
	return false
}

// early tells whether a rule may delete files before the portal does. One with a
// prefix may be about somebody else's files, but nobody else's belong there.
func early(rules []types.LifecycleRule) bool {
	for _, rule := range rules {
		if rule.Status == types.ExpirationStatusEnabled && rule.Expiration != nil &&
			aws.ToInt32(rule.Expiration.Days) > 0 && aws.ToInt32(rule.Expiration.Days) < backstopDays-1 {
			return true
		}
	}
	return false
}
