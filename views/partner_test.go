package views_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// TestAPartnerSeesWhatWasFetched: a file that is used up stays in the list, and a ZIP is offered of what is more than one file.
func TestAPartnerSeesWhatWasFetched(t *testing.T) {
	t.Parallel()
	for page, want := range map[string][]string{
		"partner-used":     {"2 files to download", "Downloaded once", "Download last", "Download last", "ZIP last"},
		"partner-one-left": {"1 file to download", "Download", "Downloaded 5 times"},
		"partner-several":  {"3 files to download", "Download", "Download last", "Download", "ZIP"},
	} {
		doc := find(t, page)
		text := func(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }
		got := []string{text(doc.Find("h1"))}
		buttons := func(all *goquery.Selection, word string) {
			all.Each(func(_ int, b *goquery.Selection) {
				if _, last := b.Attr("data-last"); last {
					word += " last"
				}
				got = append(got, word)
			})
		}
		doc.Find(".link-list li").Each(func(_ int, line *goquery.Selection) {
			buttons(line.Find("button"), "Download")
			if line.HasClass("used") {
				got = append(got, text(line.Find("div + .muted")))
			}
		})
		buttons(doc.Find(".card-body button"), "ZIP")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", page, diff)
		}
	}
}
