package link

import (
	"context"
	"errors"
	"fmt"
	"io"

	"seaportal/internal/objects"
)

// Content is the bytes of one object, read from S3 as they are asked for. It
// can be read from any place, which is what answering a range needs: each jump
// is one request. It is not safe for concurrent use.
type Content struct {
	ctx         context.Context //nolint:containedctx // io.ReadSeeker has no place for it
	source      *objects.Client
	bucket, key string
	size, at    int64
	body        io.ReadCloser // open at `at`; nil: to be opened
	err         error         // why reading failed
}

// Content opens the one file of the delivery. The caller closes it.
func (d *Delivery) Content(ctx context.Context) *Content {
	return d.content(ctx, d.files[0].SEAKey, d.files[0].Size)
}

func (d *Delivery) content(ctx context.Context, seaKey string, size int64) *Content {
	return &Content{ctx: ctx, source: d.s.Source, bucket: *d.unit.SEABucket, key: *d.unit.SEAPrefix + seaKey, size: size}
}

// Read gives the bytes that follow. An object that ends early is
// io.ErrUnexpectedEOF.
func (c *Content) Read(p []byte) (int, error) {
	if c.at >= c.size {
		return 0, io.EOF
	}
	if err := c.Open(); err != nil {
		return 0, err
	}
	n, err := c.body.Read(p[:min(int64(len(p)), c.size-c.at)])
	c.at += int64(n)
	if errors.Is(err, io.EOF) {
		err = nil
		if n == 0 && c.at < c.size {
			err = io.ErrUnexpectedEOF
		}
	}
	if err != nil {
		c.err = fmt.Errorf("read %s/%q at %d: %w", c.bucket, c.key, c.at, err)
	}
	return n, c.err
}

// Open makes the request ahead of the first read, to learn whether the bytes
// are there. Of an empty object there is nothing to ask for.
func (c *Content) Open() (err error) {
	if c.body != nil || c.at >= c.size {
		return nil
	}
	if c.body, err = c.source.ReadFrom(c.ctx, c.bucket, c.key, c.at); err != nil {
		c.err = err
	}
	return err
}

// Seek moves to a place; the bytes there are asked for when they are read.
func (c *Content) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += c.at
	case io.SeekEnd:
		offset += c.size
	}
	if offset < 0 {
		return 0, errors.New("a place before the beginning")
	}
	if offset == c.at {
		return offset, nil
	}
	c.at = offset
	return offset, c.Close()
}

// IsGone tells whether an error of Content says that the object is not there.
func IsGone(err error) bool { return objects.ReasonOf(err) == objects.NotFound }

// Err tells why reading failed; nil when it did not.
func (c *Content) Err() error { return c.err }

// Close ends the request that is open.
func (c *Content) Close() error {
	if c.body == nil {
		return nil
	}
	err := c.body.Close()
	c.body = nil
	return err
}
