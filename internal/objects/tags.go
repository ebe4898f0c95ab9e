package objects

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// ExpireTag marks what a lifecycle configuration of the bucket may delete, with
// the value ExpireValue. A hold takes it off.
const (
	ExpireTag   = "sea-expire"
	ExpireValue = "yes"
)

// maxTags is how many tags an object may have (Amazon S3, "Categorizing your
// storage using tags").
const maxTags = 10

// tags reads an object's tags.
func (c *Client) tags(ctx context.Context, bucket, key string) ([]types.Tag, error) {
	out, err := c.s3.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return nil, fmt.Errorf("read tags of %s/%q: %w", bucket, key, err)
	}
	return out.TagSet, nil
}

// tagging gives the tags that a copy gets, as the query text of the
// x-amz-tagging header: those of its source and, where the copy is to expire by
// S3 too, the mark of that. Ten tags of the source leave no room for it: then
// the portal alone deletes the copy.
func (c *Client) tagging(ctx context.Context, in CopyInput) (string, error) {
	tags, err := c.tags(ctx, in.SourceBucket, in.Source.Key)
	if err != nil {
		return "", err
	}
	query := url.Values{}
	for _, tag := range tags {
		query.Set(aws.ToString(tag.Key), aws.ToString(tag.Value))
	}
	if in.Expire && len(query) < maxTags {
		query.Set(ExpireTag, ExpireValue)
	}
	return query.Encode(), nil
}

// TagExpiry sets the mark that S3 may delete an object, or takes it off. It
// tells whether the object has it as wanted: false where ten other tags leave
// no room. An object that is right already costs one request.
func (c *Client) TagExpiry(ctx context.Context, bucket, key string, expire bool) (bool, error) {
	tags, err := c.tags(ctx, bucket, key)
	if err != nil {
		return false, err
	}
	at := slices.IndexFunc(tags, func(tag types.Tag) bool { return aws.ToString(tag.Key) == ExpireTag })
	switch {
	case expire == (at >= 0):
		return true, nil
	case expire && len(tags) >= maxTags:
		return false, nil
	case expire:
		tags = append(tags, types.Tag{Key: aws.String(ExpireTag), Value: aws.String(ExpireValue)})
	default:
		tags = slices.Delete(tags, at, at+1)
	}
	_, err = c.s3.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: &bucket, Key: &key, Tagging: &types.Tagging{TagSet: tags}})
	if err != nil {
		return false, fmt.Errorf("tag %s/%q: %w", bucket, key, err)
	}
	return true, nil
}
