package e2e

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// want fails the test unless the page has the status.
func (pg *page) want(status int) *page {
	pg.t.Helper()
	if pg.Status != status {
		pg.t.Fatalf("%s: status %d, not %d (Location %q)\n%s", pg.Path, pg.Status, status, pg.Header.Get("Location"), pg.text())
	}
	return pg
}

// text is what a person would read on the page, shortened.
func (pg *page) text() string {
	text := pg.Body
	if pg.Doc != nil {
		text = pg.Doc.Find("main, body").First().Text()
	}
	text = strings.Join(strings.Fields(text), " ")
	return text[:min(len(text), 1500)]
}

// field is the whole text, or the value, of the one element with that data-field.
func (pg *page) field(name string) string {
	pg.t.Helper()
	found := pg.Doc.Find(fmt.Sprintf(`[data-field=%q]`, name))
	if found.Length() != 1 {
		pg.t.Fatalf("%s: %d elements with data-field %s", pg.Path, found.Length(), name)
	}
	if value, ok := found.Attr("value"); ok {
		return value
	}
	return strings.TrimSpace(found.Text())
}

// nonce is the value of the page's one hidden input of that name.
func (pg *page) nonce() string {
	pg.t.Helper()
	found := pg.Doc.Find(`input[name="nonce"]`)
	value := found.AttrOr("value", "")
	if found.Length() != 1 || value == "" {
		pg.t.Fatalf("%s: %d inputs named nonce, value %q", pg.Path, found.Length(), value)
	}
	return value
}

// credentials reads the set that the page shows once.
func (pg *page) credentials() account {
	pg.t.Helper()
	if cache := pg.Header.Get("Cache-Control"); !strings.Contains(cache, "no-store") {
		pg.t.Errorf("%s: the page with the secret has Cache-Control %q", pg.Path, cache)
	}
	if policy := pg.Header.Get("Referrer-Policy"); policy != "same-origin" { // browsers would send its forms with Origin: null
		pg.t.Errorf("%s: the page with the secret has Referrer-Policy %q", pg.Path, policy)
	}
	a := account{ID: pg.field("access-key-id"), Secret: pg.field("secret-access-key"), Endpoint: pg.field("endpoint"), Region: pg.field("region")}
	a.locate(pg.t, pg.field("file-location"))
	return a
}

// form collects what a browser would send for the one form that holds an input of that name.
func (pg *page) form(holds string) (action string, values url.Values) {
	pg.t.Helper()
	form := pg.Doc.Find("form").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return s.Find(fmt.Sprintf(`[name=%q]`, holds)).Length() > 0
	})
	if form.Length() != 1 {
		pg.t.Fatalf("%s: %d forms hold %s", pg.Path, form.Length(), holds)
	}
	return form.AttrOr("action", strings.Fields(pg.Path)[1]), formValues(form)
}

func formValues(form *goquery.Selection) url.Values {
	values := url.Values{}
	form.Find("input[name], select[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("name", "")
		_, checked := s.Attr("checked")
		switch {
		case goquery.NodeName(s) == "textarea":
			values.Add(name, s.Text())
		case goquery.NodeName(s) == "select":
			chosen := s.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = s.Find("option").First()
			}
			values.Add(name, chosen.AttrOr("value", chosen.Text()))
		case s.AttrOr("type", "") == "submit":
		case (s.AttrOr("type", "") == "radio" || s.AttrOr("type", "") == "checkbox") && !checked:
		default:
			values.Add(name, s.AttrOr("value", ""))
		}
	})
	return values
}

// wantFault expects a field to be marked as wrong, with a message that belongs to it. A group of radio buttons is described by its
// message, and the buttons that end a form by the summary of what is wrong.
func (pg *page) wantFault(field string) {
	pg.t.Helper()
	input := pg.Doc.Find(fmt.Sprintf(`[name=%q]`, field)).First()
	marked := input
	switch {
	case goquery.NodeName(input) == "button":
		marked = pg.Doc.Find(`[role="alert"]`)
	case input.AttrOr("type", "") == "radio":
		marked = input.Closest("fieldset")
	case input.AttrOr("aria-invalid", "") != "true":
		pg.t.Errorf("%s: %s is not marked as wrong\n%s", pg.Path, field, pg.text())
		return
	}
	message := ""
	for _, id := range strings.Fields(marked.AttrOr("aria-describedby", "") + " " + marked.AttrOr("aria-labelledby", "")) {
		if strings.HasSuffix(id, "-hint") {
			continue
		}
		message += strings.TrimSpace(pg.Doc.Find("#" + cssID(id)).Text())
	}
	if message == "" {
		pg.t.Errorf("%s: %s has no message beside it\n%s", pg.Path, field, pg.text())
	}
}

// resolve makes a link of the page absolute below the portal's root.
func (pg *page) resolve(href string) string {
	pg.t.Helper()
	base, err := url.Parse(strings.Fields(pg.Path)[1])
	if err != nil {
		pg.t.Fatalf("%s: %v", pg.Path, err)
	}
	ref, err := url.Parse(href)
	if err != nil {
		pg.t.Fatalf("%s: link %q: %v", pg.Path, href, err)
	}
	return base.ResolveReference(ref).String()
}

// cssID escapes an id for a selector: ids of conditions hold brackets and dots.
func cssID(id string) string {
	return strings.NewReplacer(`[`, `\[`, `]`, `\]`, `.`, `\.`, `:`, `\:`).Replace(id)
}

func countText(have, want int) string { return fmt.Sprintf("%d of %d", have, want) }
