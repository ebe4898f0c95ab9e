package e2e

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

const (
	// afterLarge sorts behind the large file, so that its entry begins beyond 4 GiB.
	afterLarge = "small.txt"
	// zipGrowth is how much memory a ZIP of any size may take, in bytes: buffers, and what the garbage collector leaves until it is needed.
	zipGrowth = 64 * mebibyte
)

// wantLargeZIP fetches a large file and a small one behind it as one ZIP, which two programs then read. The server's memory stays flat.
func (in *installation) wantLargeZIP(t *testing.T, p *portal, want string) {
	t.Helper()
	in.operator().put(t, largeUnit+"/"+afterLarge, "the end", map[string]string{"media-type": copied})
	p.waitPlaced(largeUnit, 2)
	form := url.Values{"lifetime": {"1h"}, "max_downloads": {"1"}}
	for _, file := range p.files(largeUnit, "placed") {
		form.Add("id", file.ID)
	}
	link := p.post(unitPath(largeUnit, "files", "links"), form).want(http.StatusOK).field("link")
	ticket := p.post(link, nil).want(http.StatusSeeOther).Header.Get("Location")
	ctx, cancel := context.WithTimeout(t.Context(), largeWithin)
	defer cancel()
	name := filepath.Join(t.TempDir(), "all.zip")
	before := in.memoryFrom(t)
	if out, err := exec.CommandContext(ctx, "curl", "--silent", "--show-error", "--fail", "--output", name, ticket).CombinedOutput(); err != nil {
		t.Fatalf("fetch the ZIP: %v\n%s", err, out)
	}
	peak := in.memory(t, "VmHWM")
	t.Logf("memory: %d MiB before, at most %d MiB during the ZIP", before/mebibyte, peak/mebibyte)
	if peak-before > zipGrowth {
		t.Errorf("the ZIP took %d MiB of memory", (peak-before)/mebibyte)
	}
	wantZIP(t, name, 2)
	const read = `import hashlib, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    h = hashlib.sha256()
    with z.open(sys.argv[2]) as f:
        while part := f.read(1 << 20):
            h.update(part)
    print(h.hexdigest(), z.read(sys.argv[3]).decode())
`
	out, err := exec.CommandContext(ctx, "python3", "-c", read, name, largeKey, afterLarge).CombinedOutput()
	if got := string(out); err != nil || got != want+" the end\n" {
		t.Errorf("Python reads %s, %v", got, err)
	}
	p.get(link).want(http.StatusNotFound)
}

// memoryFrom is what the server holds now, and begins to measure its peak anew.
func (in *installation) memoryFrom(t *testing.T) int64 {
	t.Helper()
	reset := filepath.Join("/proc", pidText(in.running.Process.Pid), "clear_refs")
	if err := os.WriteFile(reset, []byte("5"), 0); err != nil { // proc(5): resets VmHWM
		t.Skipf("no memory figure here: %v", err)
	}
	return in.memory(t, "VmRSS")
}

// memory is a figure of the server's memory, in bytes.
func (in *installation) memory(t *testing.T, figure string) int64 {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", pidText(in.running.Process.Pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(figure + `:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		t.Fatalf("no %s in %s", figure, status)
	}
	kilobytes, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}
