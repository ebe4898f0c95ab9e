package views_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"seaportal/static"
)

// TestGallery writes every screen in every state to a directory, SEA_GALLERY_DIR where it is set, as files that a browser can
// be pointed at: for screenshots and for checks of accessibility.
func TestGallery(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("SEA_GALLERY_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	assets := regexp.MustCompile(`"(` + regexp.QuoteMeta(static.URL("")) + `[^"]+)"`)
	for _, s := range samples() {
		body := render(t, s)
		write(t, filepath.Join(dir, s.name+".html"), body)
		for _, found := range assets.FindAllSubmatch(body, -1) {
			fetch(t, dir, string(found[1]))
		}
	}
	fetch(t, dir, static.URL("vendor/inter/inter.woff2"))
}

func render(t *testing.T, s sample) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.view.Render(t.Context(), &b); err != nil {
		t.Fatalf("render %s: %v", s.name, err)
	}
	return b.Bytes()
}

// fetch asks the handler for a file, as a browser does, and fails where a page names one that is not there.
func fetch(t *testing.T, dir, address string) {
	t.Helper()
	rec := httptest.NewRecorder()
	static.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil))
	if rec.Code != http.StatusOK {
		t.Fatalf("%s answers %d", address, rec.Code)
	}
	write(t, filepath.Join(dir, filepath.FromSlash(address)), rec.Body.Bytes())
}

func write(t *testing.T, name string, body []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, body, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestEveryScreenIsSound holds what every page must be, whatever it shows.
func TestEveryScreenIsSound(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			body := render(t, s)
			doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if n := doc.Find("h1").Length(); n != 1 {
				t.Errorf("%d headings of the first level, want 1", n)
			}
			if doc.Find("title").Text() == "" || doc.Find("main#main").Length() != 1 {
				t.Error("no title or no main part")
			}
			if n := doc.Find("style, script:not([src]), [style], [onclick], [onload], [hx-on]").Length(); n != 0 {
				t.Errorf("%d inline styles or scripts", n)
			}
			if bytes.Contains(body, []byte("<script>alert")) {
				t.Error("text became markup")
			}
			noTwins(t, doc, "[id]", "id")
			noTwins(t, doc, "[data-field]", "data-field")
			noTwins(t, doc, "tr[data-id]", "data-id")
			labelled(t, doc)
			pointsSomewhere(t, doc)
			noHiddenMarks(t, doc)
		})
	}
}

// noTwins fails where two elements carry the same value: scripts read the whole of the one element.
func noTwins(t *testing.T, doc *goquery.Document, selector, attr string) {
	t.Helper()
	seen := map[string]bool{}
	doc.Find(selector).Each(func(_ int, e *goquery.Selection) {
		value, _ := e.Attr(attr)
		if seen[value] {
			t.Errorf("%s %q stands twice", attr, value)
		}
		seen[value] = true
	})
}

func labelled(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("input, select, textarea").Each(func(_ int, e *goquery.Selection) {
		id, _ := e.Attr("id")
		_, named := e.Attr("aria-label")
		hidden := e.AttrOr("type", "") == "hidden"
		if !hidden && !named && e.Closest("label").Length() == 0 && doc.Find(`label[for="`+id+`"]`).Length() != 1 {
			t.Errorf("field %q has no label", e.AttrOr("name", "?"))
		}
	})
	doc.Find("button").Each(func(_ int, e *goquery.Selection) {
		if _, ok := e.Attr("type"); !ok {
			t.Errorf("button %q has no type", e.Text())
		}
	})
}

// pointsSomewhere fails where a page refers to an element that it does not hold.
func pointsSomewhere(t *testing.T, doc *goquery.Document) {
	t.Helper()
	for _, attr := range []string{"aria-describedby", "aria-labelledby", "data-copy", "data-open", "data-gate", "data-opens", "data-reveal", "popovertarget", "form"} {
		doc.Find("[" + attr + "]").Each(func(_ int, e *goquery.Selection) {
			for _, id := range strings.Fields(e.AttrOr(attr, "")) {
				if doc.Find(`[id="`+id+`"]`).Length() != 1 {
					t.Errorf("%s names %q, which is not there", attr, id)
				}
			}
		})
	}
	doc.Find(`.problems a`).Each(func(_ int, e *goquery.Selection) {
		if id := strings.TrimPrefix(e.AttrOr("href", ""), "#"); doc.Find(`[id="`+id+`"]`).Length() != 1 {
			t.Errorf("the summary leads to %q, which is not there", id)
		}
	})
}

// noHiddenMarks fails where text shows a mark that turns or hides the text around it.
func noHiddenMarks(t *testing.T, doc *goquery.Document) {
	t.Helper()
	main := doc.Find("main").Clone()
	main.Find("textarea").Remove() // holds what was typed, as typed
	if text := main.Text(); strings.ContainsAny(text, "\u202e\x00") {
		t.Error("a mark that turns text around reached the page")
	}
}

func TestFormsThatShowASecretHoldOneNonce(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		want := 0
		if slices.Contains([]string{"credentials-none", "credentials-off", "credentials-active", "credentials-unconfirmed", "credentials-confined", "credentials-idle", "credentials-revoked", "credentials-regenerate", "credentials-regenerate-refused", "presigned-new", "presigned-refused"}, s.name) {
			want = 1
		}
		if n := query(t, s).Find("form input[name=nonce]").Length(); n != want {
			t.Errorf("%s holds %d nonces, want %d", s.name, n, want)
		}
	}
}

func query(t *testing.T, s sample) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(render(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func find(t *testing.T, name string) *goquery.Document {
	t.Helper()
	for _, s := range samples() {
		if s.name == name {
			return query(t, s)
		}
	}
	t.Fatalf("no sample %s", name)
	return nil
}
