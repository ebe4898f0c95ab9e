package embedded

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/s3err"
)

// remembered keeps what a bucket says about access: its list and its policy,
// or that it has none. Every request asks for them, and they all but never
// change; nobody else writes to the data directory.
type remembered struct {
	layer

	mu         sync.RWMutex
	generation uint64 // counts the changes
	lists      map[string][]byte
	policies   map[string][]byte // nil: there is none
}

func newRemembered(inner layer) *remembered {
	return &remembered{layer: inner, lists: map[string][]byte{}, policies: map[string][]byte{}}
}

// GetBucketAcl gives a bucket's access list.
func (r *remembered) GetBucketAcl(ctx context.Context, in *s3.GetBucketAclInput) ([]byte, error) {
	list, found, generation := r.recall(r.lists, *in.Bucket)
	if found {
		return list, nil
	}
	list, err := r.layer.GetBucketAcl(ctx, in)
	if err == nil {
		r.remember(r.lists, generation, *in.Bucket, list)
	}
	return list, err
}

// GetBucketPolicy gives a bucket's policy, or NoSuchBucketPolicy.
func (r *remembered) GetBucketPolicy(ctx context.Context, bucket string) ([]byte, error) {
	none := s3err.GetAPIError(s3err.ErrNoSuchBucketPolicy)
	policy, found, generation := r.recall(r.policies, bucket)
	if found && policy == nil {
		return nil, none
	}
	if found {
		return policy, nil
	}
	policy, err := r.layer.GetBucketPolicy(ctx, bucket)
	switch {
	case err == nil && policy != nil:
		r.remember(r.policies, generation, bucket, policy)
	case errors.Is(err, none):
		r.remember(r.policies, generation, bucket, nil)
	}
	return policy, err
}

// CreateBucket makes a bucket.
func (r *remembered) CreateBucket(ctx context.Context, in *s3.CreateBucketInput, acl []byte) error {
	defer r.forget()
	return r.layer.CreateBucket(ctx, in, acl)
}

// DeleteBucket removes a bucket.
func (r *remembered) DeleteBucket(ctx context.Context, bucket string) error {
	defer r.forget()
	return r.layer.DeleteBucket(ctx, bucket)
}

// PutBucketAcl sets a bucket's access list.
func (r *remembered) PutBucketAcl(ctx context.Context, bucket string, data []byte) error {
	defer r.forget()
	return r.layer.PutBucketAcl(ctx, bucket, data)
}

// PutBucketPolicy sets a bucket's policy.
func (r *remembered) PutBucketPolicy(ctx context.Context, bucket string, policy []byte) error {
	defer r.forget()
	return r.layer.PutBucketPolicy(ctx, bucket, policy)
}

// DeleteBucketPolicy removes a bucket's policy.
func (r *remembered) DeleteBucketPolicy(ctx context.Context, bucket string) error {
	defer r.forget()
	return r.layer.DeleteBucketPolicy(ctx, bucket)
}

// ChangeBucketOwner gives a bucket to somebody else, in its access list.
func (r *remembered) ChangeBucketOwner(ctx context.Context, bucket, owner string) error {
	defer r.forget()
	return r.layer.ChangeBucketOwner(ctx, bucket, owner)
}

func (r *remembered) recall(from map[string][]byte, bucket string) (text []byte, found bool, generation uint64) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	text, found = from[bucket]
	return bytes.Clone(text), found, r.generation
}

// remember keeps what was read, unless something changed since: then it may be
// what was before.
func (r *remembered) remember(in map[string][]byte, generation uint64, bucket string, text []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if generation == r.generation {
		in[strings.Clone(bucket)] = bytes.Clone(text)
	}
}

// forget drops everything before a change is answered, also one that failed:
// it may have been made in part.
func (r *remembered) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.generation++
	clear(r.lists)
	clear(r.policies)
}
