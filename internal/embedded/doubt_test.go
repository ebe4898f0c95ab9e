package embedded

import (
	"os"
	"testing"
)

// nothingIsRemembered fails the test if directories are held in memory that
// nobody works in.
func (d *disks) nothingIsRemembered() {
	d.t.Helper()
	a := d.durable.dirs
	a.mu.Lock()
	defer a.mu.Unlock()
	for dir, at := range a.dirs {
		d.t.Errorf("%s is still remembered: %+v", dir, *at)
	}
}

// A directory stays in doubt only until somebody has synced its entry: from
// then on those who publish in it sync nothing above it, however they overlap.
func TestADirectoryIsInDoubtOnlyOnce(t *testing.T) {
	d := newDisks(t)
	a, dir := d.durable.dirs, d.path("new/deep")
	first, second := a.begin(dir), a.begin(dir)
	if err := os.MkdirAll(dir, dirMode); err != nil {
		t.Fatal(err)
	}
	must(t, a.settle(first))
	third := a.begin(dir) // overlaps with the second, which found the directory new
	before := d.platter.syncs
	must(t, a.settle(third))
	if made := d.platter.syncs - before; made != 1 {
		t.Errorf("%d syncs for a directory that is durable, want its own", made)
	}
	must(t, a.settle(second))
	for _, c := range []*climb{first, second, third} {
		a.end(c)
	}
	d.nothingIsRemembered()
}

// A request that saw a directory stand must not trust that when it is removed
// and made again under its feet, and neither must one that comes later.
func TestARemovalBringsDoubt(t *testing.T) {
	d := newDisks(t)
	a, dir := d.durable.dirs, d.path("up/down")
	must(t, d.put("up/down/brief", "1"))
	first := a.begin(dir)
	must(t, d.remove("up/down/brief")) // with both directories
	if err := os.MkdirAll(dir, dirMode); err != nil {
		t.Fatal(err)
	}
	later := a.begin(dir) // finds them standing
	must(t, a.settle(later))
	if !d.platter.holds(dir) {
		t.Error("the power cut takes a directory that was made again")
	}
	must(t, a.settle(first))
	a.end(first)
	a.end(later)
	d.nothingIsRemembered()
}

// Deletions elsewhere cost a request nothing.
func TestARemovalElsewhereBringsNoDoubt(t *testing.T) {
	d := newDisks(t)
	a := d.durable.dirs
	must(t, d.put("here/kept", "1"))
	must(t, d.put("there/brief", "1"))
	c := a.begin(d.path("here"))
	defer a.end(c)
	must(t, d.remove("there/brief"))
	before := d.platter.syncs
	must(t, a.settle(c))
	if made := d.platter.syncs - before; made != 1 {
		t.Errorf("%d syncs, want 1", made)
	}
}

// A bucket that goes takes all below it into doubt.
func TestAWipedBucketBringsDoubt(t *testing.T) {
	d := newDisks(t)
	a, dir := d.durable.dirs, d.path("up/down")
	if err := os.MkdirAll(dir, dirMode); err != nil {
		t.Fatal(err)
	}
	first := a.begin(dir)
	err := a.wiping(func() error { return os.RemoveAll(d.path("")) })
	must(t, err)
	if err := os.MkdirAll(dir, dirMode); err != nil {
		t.Fatal(err)
	}
	later := a.begin(dir)
	must(t, a.settle(later))
	if !d.platter.holds(dir) {
		t.Error("the power cut takes a bucket that was made again")
	}
	a.end(first)
	a.end(later)
	d.nothingIsRemembered()
}

// An object in a folder whose own request has not been answered stands on the
// folder's entry.
func TestAFolderIsSyncedForWhoPublishesInIt(t *testing.T) {
	d := newDisks(t)
	c := d.durable.dirs.begin(d.path("folder")) // as a put of "folder/" does
	defer d.durable.dirs.end(c)
	if err := os.Mkdir(d.path("folder"), dirMode); err != nil {
		t.Fatal(err)
	}
	must(t, d.put("folder/object", "1"))
	d.kept("folder/object", "1")
}
