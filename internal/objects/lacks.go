package objects

import (
	"context"
	"errors"
	"fmt"
)

// Lacks are conditions that a server takes and ignores. The client then looks
// itself just before: that is no lock, but the portal is the only one that
// writes where it copies to, and the database keeps its own workers apart.
type Lacks struct {
	ConditionalCopy   bool // If-None-Match on CopyObject
	ConditionalDelete bool // If-Match on DeleteObject
}

// Lacking gives the client for a server that lacks these.
func (c *Client) Lacking(lacks Lacks) *Client {
	other := *c
	other.lacks = lacks
	return &other
}

// errCondition says that a condition which the client looked at itself did not
// hold.
var errCondition = errors.New("the condition does not hold")

// free tells whether nothing stands at a key, where the server would not say.
func (c *Client) free(ctx context.Context, bucket, key string) error {
	if !c.lacks.ConditionalCopy {
		return nil
	}
	_, err := c.Head(ctx, bucket, key)
	switch ReasonOf(err) {
	case NotFound:
		return nil
	case None:
		return fmt.Errorf("%s/%q is taken: %w", bucket, key, errCondition)
	case Precondition, Conflicting, Denied, Throttled, Interrupted, Stopped, Refused:
	}
	return err
}

// still tells whether a key has that content, where the server would not say.
func (c *Client) still(ctx context.Context, bucket, key, etag string) error {
	if !c.lacks.ConditionalDelete || etag == "" {
		return nil
	}
	head, err := c.Head(ctx, bucket, key)
	if err == nil && head.ETag != etag {
		return fmt.Errorf("%s/%q has other content: %w", bucket, key, errCondition)
	}
	return err
}
