package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

var errDisk = errors.New("input/output error")

// platter is what a power cut leaves: of a directory the entries that it had
// when it was last synced, of a file the bytes. Nothing that was not synced is
// on it, which is the worst that a file system may do.
type platter struct {
	mu      sync.Mutex
	root    string
	entries map[string]map[string]bool
	files   map[string][]byte
	syncs   int
	failAt  int // this sync fails, counted from 1; 0 for none
}

func newPlatter(root string) *platter {
	return &platter{root: root, entries: map[string]map[string]bool{}, files: map[string][]byte{}}
}

func (p *platter) Sync(path string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.syncs++; p.syncs == p.failAt {
		return errDisk
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		text, err := os.ReadFile(path)
		p.files[path] = text
		return err
	}
	names, err := os.ReadDir(path)
	p.entries[path] = map[string]bool{}
	for _, name := range names {
		p.entries[path][name.Name()] = true
	}
	return err
}

// holds tells whether path would still be there after a power cut.
func (p *platter) holds(path string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ; path != p.root; path = filepath.Dir(path) {
		if !p.entries[filepath.Dir(path)][filepath.Base(path)] {
			return false
		}
	}
	return true
}

// text gives the bytes of a file after a power cut.
func (p *platter) text(path string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.files[path])
}

// disks is a whole stack of layers over real files and a platter. Only one can
// be in use at a time: posix works in the current directory.
type disks struct {
	backend.Backend
	t       *testing.T
	platter *platter
	durable *durable // the layer in it
}

func newDisks(t *testing.T) *disks {
	t.Helper()
	root := t.TempDir()
	opts := posix.PosixOpts{CopyObjectThreshold: maxCopy, ForceNoObjLockFile: true}
	files, err := posix.New(root, meta.XattrMeta{}, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(files.Shutdown)
	p := newPlatter(root)
	lowest := newDurable(files, root, "", p)
	d := &disks{Backend: decorate(lowest, meta.XattrMeta{}, Config{Notify: func(Event) {}}), t: t, platter: p, durable: lowest}
	input := &s3.CreateBucketInput{Bucket: aws.String("b"), CreateBucketConfiguration: &types.CreateBucketConfiguration{}}
	if err := d.CreateBucket(t.Context(), input, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *disks) put(key, text string) error {
	_, err := d.PutObject(context.Background(), s3response.PutObjectInput{
		Bucket: aws.String("b"), Key: &key, Body: strings.NewReader(text), ContentLength: aws.Int64(int64(len(text))),
	})
	return err
}

// putPatiently puts as clients do: again when told to slow down.
func (d *disks) putPatiently(key, text string) error {
	for {
		err := d.put(key, text)
		if !errors.Is(err, s3err.GetAPIError(s3err.ErrSlowDown)) {
			return err
		}
	}
}

func (d *disks) copy(from, to string) error {
	_, err := d.CopyObject(context.Background(), s3response.CopyObjectInput{
		Bucket: aws.String("b"), Key: &to, CopySource: aws.String("b/" + from), ExpectedBucketOwner: aws.String(""),
		TaggingDirective: types.TaggingDirectiveCopy, MetadataDirective: types.MetadataDirectiveCopy,
	})
	return err
}

func (d *disks) remove(key string) error {
	_, err := d.DeleteObject(context.Background(), &s3.DeleteObjectInput{Bucket: aws.String("b"), Key: &key})
	return err
}

// multipart uploads one part, and completes it.
func (d *disks) multipart(key, text string) error {
	ctx, bucket := context.Background(), aws.String("b")
	upload, err := d.CreateMultipartUpload(ctx, s3response.CreateMultipartUploadInput{Bucket: bucket, Key: &key})
	if err != nil {
		return err
	}
	part, err := d.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: bucket, Key: &key, UploadId: &upload.UploadId, PartNumber: aws.Int32(1),
		Body: strings.NewReader(text), ContentLength: aws.Int64(int64(len(text))),
	})
	if err != nil {
		return err
	}
	path := d.path(partOf(key, upload.UploadId, 1))
	if !d.platter.holds(path) || d.platter.text(path) != text {
		return errors.New("the power cut takes an acknowledged part")
	}
	_, _, err = d.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: &key, UploadId: &upload.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{ETag: part.ETag, PartNumber: aws.Int32(1)}}},
	})
	return err
}

func (d *disks) path(key string) string { return filepath.Join(d.platter.root, "b", key) }

// kept fails the test unless a power cut now would leave the object whole.
func (d *disks) kept(key, text string) {
	d.t.Helper()
	if !d.platter.holds(d.path(key)) {
		d.t.Errorf("the power cut takes %s", key)
	} else if got := d.platter.text(d.path(key)); got != text {
		d.t.Errorf("the power cut leaves %q of %s, want %q", got, key, text)
	}
}

// gone fails the test if a power cut now would bring the object back.
func (d *disks) gone(key string) {
	d.t.Helper()
	if d.platter.holds(d.path(key)) {
		d.t.Errorf("the power cut brings %s back", key)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func TestWhatIsAcknowledgedSurvivesAPowerCut(t *testing.T) {
	d := newDisks(t)
	must(t, d.put("a/b/c/one", "1"))
	d.kept("a/b/c/one", "1")
	must(t, d.put("a/b/c/two", "2"))
	d.kept("a/b/c/two", "2")
	must(t, d.put("a/b/c/one", "overwritten"))
	d.kept("a/b/c/one", "overwritten")
	must(t, d.copy("a/b/c/one", "x/y/z"))
	d.kept("x/y/z", "overwritten")
	must(t, d.put("folder/marker/", ""))
	if !d.platter.holds(d.path("folder/marker")) {
		t.Error("the power cut takes the folder marker")
	}
	must(t, d.multipart("m/n", "assembled"))
	d.kept("m/n", "assembled")
	must(t, d.remove("x/y/z"))
	d.gone("x/y/z")
	must(t, d.put("x/y/z", "again"))
	d.kept("x/y/z", "again")
	_, err := d.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: aws.String("b"), Delete: &types.Delete{Objects: []types.ObjectIdentifier{
		{Key: aws.String("a/b/c/one")}, {Key: aws.String("x/y/z")},
	}}})
	must(t, err)
	d.gone("a/b/c/one")
	d.gone("x/y/z")
	d.kept("a/b/c/two", "2")
}

func TestAFailingSyncIsNeverAcknowledged(t *testing.T) {
	d := newDisks(t)
	must(t, d.put("source", "text"))
	for what, act := range map[string]func(i int) error{
		"put":       func(i int) error { return d.put(fmt.Sprintf("put/%d/x", i), "text") },
		"copy":      func(i int) error { return d.copy("source", fmt.Sprintf("copy/%d/x", i)) },
		"multipart": func(i int) error { return d.multipart(fmt.Sprintf("parts/%d/x", i), "text") },
		"delete":    func(int) error { return d.remove("source/none") },
	} {
		failures := 0
		for i := 1; ; i++ {
			d.platter.mu.Lock()
			d.platter.syncs, d.platter.failAt = 0, i
			d.platter.mu.Unlock()
			err := act(i)
			if d.platter.syncs < i { // there was no such sync: nothing failed
				must(t, err)
				break
			}
			if failures++; !errors.Is(err, errDisk) {
				t.Errorf("%s: sync %d failed, answer %v", what, i, err)
			}
		}
		if failures == 0 {
			t.Errorf("%s synced nothing", what)
		}
	}
}

// The directories of a request that failed are not durable, and the next one
// must not take them for durable.
func TestDirectoriesOfAFailedRequestAreSyncedByTheNext(t *testing.T) {
	d := newDisks(t)
	for failAt := 1; failAt <= 4; failAt++ {
		dir := fmt.Sprintf("new%d/deep", failAt)
		d.platter.syncs, d.platter.failAt = 0, failAt
		if err := d.put(dir+"/first", "1"); err == nil {
			t.Fatalf("sync %d did not fail", failAt)
		}
		d.platter.failAt = 0
		must(t, d.put(dir+"/second", "2"))
		d.kept(dir+"/second", "2")
	}
}

func TestConcurrentWritersAndRemoversOfOneBranchLoseNothing(t *testing.T) {
	d := newDisks(t)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 40 {
				kept := fmt.Sprintf("shared/%d/kept-%d", i, worker)
				brief := fmt.Sprintf("brief/%d/%d", i, worker)
				copied := fmt.Sprintf("brief/%d/copy/%d", i, worker)
				must(t, d.putPatiently(kept, kept))
				must(t, d.putPatiently(brief, brief))
				must(t, d.copy(kept, copied))
				d.kept(kept, kept)
				d.kept(brief, brief)
				d.kept(copied, kept)
				must(t, errors.Join(d.remove(brief), d.remove(copied)))
			}
		})
	}
	wg.Wait()
	d.nothingIsRemembered()
	if _, err := os.Stat(d.path("brief")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("emptied directories: %v", err)
	}
}

func TestSettingsAreSynced(t *testing.T) {
	d := newDisks(t)
	must(t, d.put("tagged", "x"))
	before := d.platter.syncs
	must(t, d.PutObjectTagging(t.Context(), "b", "tagged", "", map[string]string{"sea-expire": "yes"}))
	must(t, d.PutBucketTagging(t.Context(), "b", map[string]string{"a": "b"}))
	must(t, d.PutBucketPolicy(t.Context(), "b", []byte("{}")))
	if made := d.platter.syncs - before; made != 3 {
		t.Errorf("three settings, %d syncs", made)
	}
	d.platter.syncs, d.platter.failAt = 0, 1
	if err := d.PutObjectTagging(t.Context(), "b", "tagged", "", nil); !errors.Is(err, errDisk) {
		t.Errorf("failing sync: %v", err)
	}
}

// A client that sends slowly must not hold up the removal of what is there.
func TestASlowUploadLocksItsKeyOnlyToPublish(t *testing.T) {
	d := newDisks(t)
	must(t, d.put("k", "old"))
	body := &gated{begun: make(chan struct{}), gate: make(chan struct{}), rest: bytes.NewReader([]byte("new"))}
	done := make(chan error)
	go func() {
		_, err := d.PutObject(context.Background(), s3response.PutObjectInput{
			Bucket: aws.String("b"), Key: aws.String("k"), Body: body, ContentLength: aws.Int64(3),
		})
		done <- err
	}()
	<-body.begun
	must(t, d.remove("k"))
	close(body.gate)
	must(t, <-done)
	d.kept("k", "new")
}

// gated is a body that says when it is first read, and waits.
type gated struct {
	begun, gate chan struct{}
	once        sync.Once
	rest        *bytes.Reader
}

func (g *gated) Read(p []byte) (int, error) {
	g.once.Do(func() { close(g.begun) })
	<-g.gate
	return g.rest.Read(p)
}
