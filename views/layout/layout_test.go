package layout_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"seaportal/views/layout"
	"seaportal/views/ui"
)

func draw(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestThemeComesFromTheCookieOnly(t *testing.T) {
	t.Parallel()
	for cookie, want := range map[string]string{"light": "light", "dark": "dark", "": "", `"><script>`: "", "DARK": ""} {
		doc := draw(t, layout.Shell(layout.Page{Theme: cookie}, layout.Frame{Title: "x"}))
		if got := doc.Find("html").AttrOr("data-theme", ""); got != want {
			t.Errorf("cookie %q gives theme %q, want %q", cookie, got, want)
		}
	}
}

func TestSidebarMarksWhereOneIs(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"/": "Overview page", "/business-units": "Business units page", "/business-units/emea/files": "Business units true",
		"/history": "History page", "/system": "System page", "/historyx": "",
	} {
		marked := draw(t, layout.Shell(layout.Page{Path: at}, layout.Frame{Title: "x"})).Find(".sidebar nav a[aria-current]")
		got := strings.TrimSpace(strings.TrimSpace(marked.Text()) + " " + marked.AttrOr("aria-current", ""))
		if got != want {
			t.Errorf("%s marks %q, want %q", at, got, want)
		}
	}
}

func TestHtmxIsLoadedOnlyWhereItIsUsed(t *testing.T) {
	t.Parallel()
	for _, live := range []bool{true, false} {
		doc := draw(t, layout.Shell(layout.Page{}, layout.Frame{Title: "x", Live: live}))
		if got := doc.Find(`script[src*="htmx"]`).Length() == 1; got != live {
			t.Errorf("live %v loads htmx: %v", live, got)
		}
	}
}

func TestUnitPageNamesTheUnitAndItsTab(t *testing.T) {
	t.Parallel()
	unit := layout.Unit{Slug: "emea", Name: "EMEA <b>", Region: "eu-central-1", State: "enabled"}
	doc := draw(t, layout.UnitShell(layout.Page{Path: "/business-units/emea/rules/new"}, unit, layout.TabRules, layout.Frame{Title: "New rule"}))
	if got := doc.Find("title").Text(); got != "New rule · EMEA <b> · Secure External Access" {
		t.Errorf("title %q", got)
	}
	if got := doc.Find("h1").Text(); got != "EMEA <b>" {
		t.Errorf("heading %q", got)
	}
	tab := doc.Find(".tabs a[aria-current]")
	if got := strings.TrimSpace(tab.Text()) + " " + tab.AttrOr("aria-current", ""); got != "Rules true" {
		t.Errorf("tab %q", got)
	}
}

func TestNoticesAreSaid(t *testing.T) {
	t.Parallel()
	doc := draw(t, layout.Shell(layout.Page{
		Flash:    layout.Flash{Tone: ui.ToneOK, Text: "Saved."},
		Warnings: []layout.Warning{{Title: "Clock", Text: "Shifted."}},
	}, layout.Frame{Title: "x"}))
	if got := strings.TrimSpace(doc.Find(`.notice[role="status"]`).Text()); got != "Saved." {
		t.Errorf("flash %q", got)
	}
	if got := doc.Find(".notice .warn").Text(); !strings.Contains(got, "Shifted.") {
		t.Errorf("warning %q", got)
	}
}

func TestPermissionsExplainThemselves(t *testing.T) {
	t.Parallel()
	none, all := layout.Page{}, layout.Page{May: layout.Permissions{Access: true, Rules: true}}
	if none.DeniedAccess() == "" || none.DeniedRules() == "" || all.DeniedAccess() != "" || all.DeniedRules() != "" {
		t.Error("a denial has no reason, or a reason denies nothing")
	}
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	if got := (layout.Page{Now: now}).Life(); !got.Equal(now) {
		t.Errorf("without a clock of its own the life cycle runs at %v", got)
	}
}
