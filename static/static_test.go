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
