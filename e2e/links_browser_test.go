package e2e

import (
	"archive/zip"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// TestPartnerDownloadsInABrowser presses the buttons of a share link's page, under the portal's own policies: a file that
// the portal sends, one that S3 sends, and a ZIP.
func TestPartnerDownloadsInABrowser(t *testing.T) {
	t.Parallel()
	in, slug, person := launchDemo(t)
	files := person.files(slug, "placed")[:3]
	form := url.Values{"lifetime": {"1h"}, "max_downloads": {"1"}}
	for _, file := range files {
		form.Add("id", file.ID)
	}
	limited := person.post(unitPath(slug, "files", "links"), form).want(http.StatusOK).field("link")
	form.Set("max_downloads", "0")
	endless := person.post(unitPath(slug, "files", "links"), form).want(http.StatusOK).field("link")

	b, dir := openBrowser(t, in.URL()), t.TempDir()
	b.saveInto(dir)
	b.open(strings.TrimPrefix(limited, in.URL()))
	first := `button[name="file"][value="1"]`
	b.click(first, first)
	saved(t, dir, 1)
	b.open(strings.TrimPrefix(limited, in.URL()))
	if n := ask(b, "look for the file", chromedp.Evaluate[int](`document.querySelectorAll('button[name="file"]').length`)); n != 2 {
		t.Errorf("after one of three was fetched, %d are offered", n)
	}
	all := `button[data-wide]`
	b.click(all, all)
	wantZIP(t, saved(t, dir, 2), 2)
	b.open(strings.TrimPrefix(endless, in.URL()))
	last := `button[name="file"][value="3"]`
	b.click(last, last)
	saved(t, dir, 3)
	b.wantQuiet()
}

// saveInto allows downloads, into a folder.
func (b *browser) saveInto(dir string) {
	b.t.Helper()
	b.do("allow downloads", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
			Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir,
		})
		if err != nil {
			return fmt.Errorf("allow downloads: %w", err)
		}
		return nil
	}))
}

// saved waits until so many files were saved, none of them half, and gives the newest.
func saved(t *testing.T, dir string, n int) string {
	t.Helper()
	newest := ""
	eventually(t, 30*time.Second, "a download", func() (bool, string) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var last time.Time
		for _, entry := range entries {
			info, err := entry.Info()
			if err != nil || filepath.Ext(entry.Name()) == ".crdownload" {
				return false, entry.Name() + " is not whole"
			}
			if info.ModTime().After(last) {
				last, newest = info.ModTime(), filepath.Join(dir, entry.Name())
			}
		}
		return len(entries) == n, fmt.Sprintf("%d files", len(entries))
	})
	return newest
}

// wantZIP reads a ZIP as Go does, and as unzip does where that is installed.
func wantZIP(t *testing.T, name string, files int) {
	t.Helper()
	in, err := zip.OpenReader(name)
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	defer func() { _ = in.Close() }()
	if len(in.File) != files {
		t.Errorf("%s holds %d files, want %d", name, len(in.File), files)
	}
	if unzip, err := exec.LookPath("unzip"); err == nil {
		if said, err := exec.CommandContext(t.Context(), unzip, "-t", name).CombinedOutput(); err != nil {
			t.Errorf("unzip: %v\n%s", err, said)
		}
	}
}
