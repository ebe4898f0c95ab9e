package ui_test

import (
	"context"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"pgregory.net/rapid"

	"seaportal/views/ui"
)

// drawn is a key as a page has it.
func drawn(t rapid.TB, key string) *goquery.Selection {
	t.Helper()
	var b strings.Builder
	if err := ui.Key(key).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc.Find("bdi.key")
}

// TestOnlyThePathOfAKeyIsCut: names that begin alike differ at their end.
func TestOnlyThePathOfAKeyIsCut(t *testing.T) {
	t.Parallel()
	path, name := strings.Repeat("2026/11/", 20), strings.Repeat("n", 300)
	for key, want := range map[string]string{
		"short/a.wav":      "",
		path + "a.wav":     path,
		path + "a/":        path,
		path + name + "1":  path + name[:len(name)-39],
		name + "1":         name[:len(name)-39],
		name + "/" + "b.c": name + "/",
	} {
		if got := drawn(t, key).Find(".key-head").Text(); got != want {
			t.Errorf("of %q may be cut %q, want %q", key, got, want)
		}
	}
}

// TestAKeyStandsInThePageWhole, for whoever looks for it there.
func TestAKeyStandsInThePageWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "/", "long name", "שלום", "مرحبا", "1", "\xff", "☎"}), 1, 90).Draw(t, "key"), "")
		if got := drawn(t, key).Text(); got != ui.Visible(key) {
			t.Fatalf("drawn as %q", got)
		}
	})
}

func TestNamesFromTheRightLeaveThePathAlone(t *testing.T) {
	t.Parallel()
	key := drawn(t, "2026/שלום/מרחבא.wav")
	if key.AttrOr("dir", "") != "ltr" || key.Find("bdi").Length() != 2 || key.Find("bdi").Last().Text() != "מרחבא.wav" {
		h, _ := key.Html()
		t.Errorf("drawn as %s", h)
	}
	if drawn(t, "2026/plain.wav").Find("bdi").Length() != 0 {
		t.Error("a plain key is cut in pieces")
	}
}
