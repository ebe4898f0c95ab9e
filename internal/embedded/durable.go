package embedded

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3response"
)

// layer is a backend that can also say when the body of a PUT has arrived.
type layer interface {
	backend.Backend
	// PutObjectWithPostFunc is PutObject, calling staged once all bytes are in
	// a temporary file and before the object becomes visible. An error of
	// staged ends the request. Directory objects (keys that end with a slash)
	// have no bytes, and staged is not called for them.
	PutObjectWithPostFunc(ctx context.Context, in s3response.PutObjectInput, staged func(*os.File) error) (s3response.PutObjectOutput, error)
}

// durable answers a change only once it is on stable storage: the file, the
// directory that holds it, and each directory that was made for it. It syncs
// after the object became visible, so an upload that was not acknowledged may
// be there after a power cut, with zeros for bytes.
type durable struct {
	layer
	root    string // of the objects, absolute
	sidecar string // of the metadata, absolute; empty where extended attributes hold it
	disk    disk
	dirs    *ancestry
	buckets sync.Mutex // held while one is made or removed
}

func newDurable(inner layer, root, sidecar string, d disk) *durable {
	return &durable{layer: inner, root: root, sidecar: sidecar, disk: d, dirs: newAncestry(root, newTogether(d))}
}

// PutObject is PutObjectWithPostFunc without a word in between.
func (d *durable) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	return d.PutObjectWithPostFunc(ctx, in, func(*os.File) error { return nil })
}

// PutObjectWithPostFunc stores an object durably. When a deletion takes the
// directories away meanwhile, the client must send the body again.
func (d *durable) PutObjectWithPostFunc(ctx context.Context, in s3response.PutObjectInput, staged func(*os.File) error) (out s3response.PutObjectOutput, err error) {
	err = d.publish(*in.Bucket, *in.Key, func() error {
		out, err = d.layer.PutObjectWithPostFunc(ctx, in, staged)
		if d.lostBranch(*in.Bucket, *in.Key, err) {
			return slowDown()
		}
		return err
	})
	if err != nil {
		return s3response.PutObjectOutput{}, err
	}
	return out, nil
}

// CopyObject copies an object durably.
func (d *durable) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (out s3response.CopyObjectOutput, err error) {
	err = d.publish(*in.Bucket, *in.Key, func() error {
		return d.retryingBranch(*in.Bucket, *in.Key, func() error {
			out, err = d.layer.CopyObject(ctx, in)
			return err
		})
	})
	if err != nil {
		return s3response.CopyObjectOutput{}, err
	}
	return out, nil
}

// DeleteObject removes an object durably. Removing what is not there is
// acknowledged too, so it is synced as well: an earlier removal may not be.
func (d *durable) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput) (out *s3.DeleteObjectOutput, err error) {
	path := d.path(*in.Bucket, *in.Key)
	err = d.dirs.removing(func() error {
		out, err = d.layer.DeleteObject(ctx, in)
		return err
	}, path)
	if err == nil {
		err = d.dirs.settleRemovals(path)
	}
	if err != nil {
		return nil, err
	}
	return out, d.syncSidecarRemoval(*in.Bucket, *in.Key)
}

// DeleteObjects removes objects durably, syncing each directory once.
func (d *durable) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput) (out s3response.DeleteResult, err error) {
	paths := make([]string, 0, len(in.Delete.Objects))
	for _, object := range in.Delete.Objects {
		paths = append(paths, d.path(*in.Bucket, aws.ToString(object.Key)))
	}
	err = d.dirs.removing(func() error {
		out, err = d.layer.DeleteObjects(ctx, in)
		return err
	}, paths...)
	if err == nil {
		err = d.dirs.settleRemovals(paths...)
	}
	for _, object := range in.Delete.Objects {
		if err == nil {
			err = d.syncSidecarRemoval(*in.Bucket, aws.ToString(object.Key))
		}
	}
	if err != nil {
		return s3response.DeleteResult{}, err
	}
	return out, nil
}

// path is where the object's file is.
func (d *durable) path(bucket, key string) string { return filepath.Join(d.root, bucket, key) }

// size is how many bytes the object has.
func (d *durable) size(bucket, key string) (int64, error) {
	info, err := os.Lstat(d.path(bucket, key))
	if err != nil {
		return 0, fmt.Errorf("look at %s/%s: %w", bucket, key, err)
	}
	if info.IsDir() { // an object whose key ends with a slash
		return 0, nil
	}
	return info.Size(), nil
}

// publish runs act, which makes the object visible, and syncs what it made. A
// key that ends with a slash is a directory itself, which others may publish
// in before this request has synced its entry.
func (d *durable) publish(bucket, key string, act func() error) error {
	dir := d.path(bucket, key)
	if !strings.HasSuffix(key, "/") {
		dir = filepath.Dir(dir)
	}
	above := d.dirs.begin(dir)
	defer d.dirs.end(above)
	if err := act(); err != nil {
		d.dirs.abandon(above)
		return err
	}
	if err := d.syncObject(bucket, key); err != nil {
		return err
	}
	if err := d.dirs.settle(above); err != nil {
		return fmt.Errorf("sync directories of %s/%s: %w", bucket, key, err)
	}
	return nil
}

// syncObject syncs an object's bytes and metadata.
func (d *durable) syncObject(bucket, key string) error {
	if err := d.disk.Sync(d.path(bucket, key)); err != nil {
		return fmt.Errorf("sync %s/%s: %w", bucket, key, err)
	}
	return d.syncSidecar(bucket, key)
}
