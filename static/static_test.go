package static_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seaportal/static"
)

// answer is what the handler said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func get(t *testing.T, method, address, encoding string) answer {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, address, nil)
	req.Header.Set("Accept-Encoding", encoding)
	rec := httptest.NewRecorder()
	static.Handler().ServeHTTP(rec, req)
	return answer{status: rec.Code, header: rec.Header(), body: rec.Body.Bytes()}
}

func TestFilesAreServedForEverAndCompressed(t *testing.T) {
	t.Parallel()
	if err := static.Check(); err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]string{
		"app.css": "text/css; charset=utf-8", "js/app.js": "text/javascript; charset=utf-8", "img/favicon.svg": "image/svg+xml",
		"vendor/inter/inter.woff2": "font/woff2", "vendor/htmx/LICENSE": "text/plain; charset=utf-8",
	} {
		plain := get(t, http.MethodGet, static.URL(name), "")
		if plain.status != http.StatusOK || plain.header.Get("Content-Type") != kind || !strings.Contains(plain.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", name, plain.status, plain.header)
		}
		packed := get(t, http.MethodGet, static.URL(name), "br, gzip;q=0.8")
		got := packed.body
		if packed.header.Get("Content-Encoding") == "gzip" {
			got = gunzip(t, got)
		}
		if !bytes.Equal(plain.body, got) || len(got) == 0 {
			t.Errorf("%s differs when it is compressed", name)
		}
	}
}

func gunzip(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestHandlerRefusesWhatItDoesNotHave(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, address string
		want            int
	}{
		{http.MethodGet, static.URL("none.css"), http.StatusNotFound},
		{http.MethodGet, static.URL("css/base.css"), http.StatusNotFound},
		{http.MethodGet, "/static/000000000000/app.css", http.StatusNotFound},
		{http.MethodGet, static.URL("../embed.go"), http.StatusNotFound},
		{http.MethodGet, static.URL(""), http.StatusNotFound},
		{http.MethodPost, static.URL("app.css"), http.StatusMethodNotAllowed},
		{http.MethodHead, static.URL("app.css"), http.StatusOK},
	} {
		res := get(t, c.method, c.address, "gzip;q=0")
		if res.status != c.want || (c.method == http.MethodHead && len(res.body) != 0) || res.header.Get("Content-Encoding") != "" {
			t.Errorf("%s %s answers %d with %d bytes, want %d", c.method, c.address, res.status, len(res.body), c.want)
		}
	}
}

// TestWeightStaysInItsBudget holds a first visit to what a slow line can take. Limits are bytes as sent.
func TestWeightStaysInItsBudget(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		limit int
		names []string
	}{
		{12_000, []string{"app.css"}},
		{22_000, []string{"js/boot.js", "js/app.js", "js/forms.js", "js/composer.js", "vendor/htmx/htmx.min.js"}},
		{30_000, []string{"vendor/inter/inter.woff2"}},
	} {
		total := 0
		for _, name := range c.names {
			total += len(get(t, http.MethodGet, static.URL(name), "gzip").body)
		}
		if total > c.limit {
			t.Errorf("%v weigh %d bytes, budget %d", c.names, total, c.limit)
		}
	}
}

func TestSourcesStayReadable(t *testing.T) {
	t.Parallel()
	count := func(pattern string) (files, lines int) {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			lines += bytes.Count(b, []byte("\n"))
		}
		return len(names), lines
	}
	if files, lines := count("css/*.css"); files > 12 || lines > 1500 || files != len(static.Sheets) {
		t.Errorf("%d style files, %d listed, %d lines: at most 12 and 1500", files, len(static.Sheets), lines)
	}
	if _, lines := count("js/app.js"); lines > 150 {
		t.Errorf("%d lines of script for every page: at most 150", lines)
	}
	if _, lines := count("js/*.js"); lines > 200 {
		t.Errorf("%d lines of script: at most 200", lines)
	}
}

// TestVendoredFilesAreTheRecordedOnes fails where a vendored file was changed, added or left out.
func TestVendoredFilesAreTheRecordedOnes(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("vendor/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]string{}
	for line := range strings.Lines(string(list)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		recorded[name] = sum
	}
	err = filepath.WalkDir("vendor", func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "SHA256SUMS" || d.Name() == "VERSION" {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		rel := filepath.ToSlash(strings.TrimPrefix(name, "vendor"+string(filepath.Separator)))
		if recorded[rel] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s is not the recorded file", rel)
		}
		delete(recorded, rel)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range recorded {
		t.Errorf("%s is recorded and not there", name)
	}
}
