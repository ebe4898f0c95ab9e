package views_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

func TestRevealShowsEachValueWholeAndTheSecretOnce(t *testing.T) {
	t.Parallel()
	doc := find(t, "credentials-reveal")
	want := map[string]string{
		"endpoint": "https://s3.sea.example.com", "region": "eu-central-1", "file-location": "sea/emea-contact-centre-4021/",
		"access-key-id": "SEAK4F7Q2M9XC1VTB0DZ", "secret-access-key": "wJ7rXUtnF3MI+K7MDENGbPxRfiCYq2vT9dHc0sLe",
	}
	got := map[string]string{}
	doc.Find("[data-field]").Each(func(_ int, e *goquery.Selection) { got[e.AttrOr("data-field", "")] = e.Text() })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	page, err := doc.Html()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(page, want["secret-access-key"]); n != 1 {
		t.Errorf("the secret stands %d times in the page", n)
	}
	if at := doc.Find("body").AttrOr("data-sensitive", ""); at != home+"/credentials" {
		t.Errorf("the page leaves its address to the history: %q", at)
	}
}

func TestFileRowsCarryTheirIdentity(t *testing.T) {
	t.Parallel()
	rows := find(t, "files").Find("tr[data-id]")
	var got []string
	rows.Each(func(_ int, e *goquery.Selection) {
		got = append(got, e.AttrOr("data-id", "")+" "+e.AttrOr("data-state", "")+" "+e.Find("td:last-child .badge").Text())
	})
	want := []string{
		"12 placed Ready", "11 placed Ready", "10 placed On hold", "9 placed Deletes soon", "8 placing Placing",
		"7 queued Queued", "6 failed Failed", "5 removed Removed", "4 removing Removing",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if key := rows.Eq(7).AttrOr("data-key", ""); key != "kept/tea time ☕ & “quotes”.txt" {
		t.Errorf("the key is not the raw one: %q", key)
	}
	if href := find(t, "files").Find(`a[rel="next"]`).AttrOr("href", ""); href != "?after=8" {
		t.Errorf("next page: %q", href)
	}
}

func TestTheChecklistSpeaksOfAnEmptyFolderOnlyWhereThereIsOne(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"unit-set-up": true, "unit-set-up-filled": false} {
		text := find(t, name).Find(".checklist").Text()
		if got := strings.Contains(text, "clients with a window may say “access denied” and those on the command line list nothing"); got != want {
			t.Errorf("%s: %t, want %t: %s", name, got, want, text)
		}
	}
}

func TestAFolderCanBeOpenedOnlyWithASet(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"credentials-active": true, "credentials-reveal": true, "credentials-revoked": false, "credentials-none": false} {
		if got := strings.Contains(find(t, name).Find(".note").Text(), "The folder can be opened"); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
	}
}

func TestSystemNamesJobsAndTimesForPeople(t *testing.T) {
	t.Parallel()
	var got []string
	find(t, "system").Find("table tbody tr").Each(func(_ int, e *goquery.Selection) {
		got = append(got, e.Find("th").Text()+", "+e.Find("td.num").Text())
	})
	want := []string{"Look through active storage, 12 ms", "Run a business unit's rules, 652 ms", "Delete files whose time is over, 1.3 s", "Compare SEA with the records, 1.9 s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestEnterInTheComposerCounts has conditions, whose buttons to remove them come before all others.
func TestEnterInTheComposerCounts(t *testing.T) {
	t.Parallel()
	first := find(t, "rule-new").Find("#composer button[type=submit]").First()
	if to := first.AttrOr("formaction", ""); !strings.HasSuffix(to, "/rules/preview") || first.AttrOr("name", "") != "" {
		t.Errorf("it presses the button %q to %q", first.AttrOr("name", first.Text()), to)
	}
}

func TestComposerPostsTheContractsFields(t *testing.T) {
	t.Parallel()
	doc := find(t, "rule-new")
	var names []string
	doc.Find("#composer [name]").Each(func(_ int, e *goquery.Selection) {
		if name := e.AttrOr("name", ""); !slices.Contains(names, name) {
			names = append(names, name)
		}
	})
	for _, want := range []string{
		"name", "description", "start_date", "media_type", "priority", "action", "after_days", "state",
		"c[0].field", "c[0].op", "c[0].value", "c[1].field", "c[1].attr", "c[2].value",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("no field %s among %v", want, names)
		}
	}
	if got := doc.Find(`#composer [required]`).FilterFunction(func(_ int, e *goquery.Selection) bool { return e.AttrOr("type", "") == "checkbox" }).Length(); got != 0 {
		t.Error("a box keeps the form from being sent")
	}
	if got := doc.Find(`[name="c[1].attr"]`).AttrOr("value", ""); got != "language" {
		t.Errorf("the other attribute's name is %q", got)
	}
}

func TestRefusedFormsKeepValuesAndFocusTheFirstMistake(t *testing.T) {
	t.Parallel()
	for name, field := range map[string]string{
		"unit-new-refused": "name", "rule-edit-refused": "name", "set-up-refused": "email", "link-new-refused": "lifetime_other", "presigned-refused": "lifetime", "link-refused": "lifetime_other",
		"settings-refused": "confirm", "portal-settings-refused": "rate", "settings-limit-refused": "daily_limit", "file-hold-refused": "reason", "credentials-regenerate-refused": "confirm",
	} {
		doc := find(t, name)
		focus := doc.Find("main [autofocus]")
		if focus.Length() != 1 || focus.AttrOr("name", "") != field {
			t.Errorf("%s focuses %d fields, first %q, want %q", name, focus.Length(), focus.AttrOr("name", ""), field)
		}
		if focus.AttrOr("aria-invalid", "") != "true" || focus.AttrOr("aria-describedby", "") == "" {
			t.Errorf("%s does not mark its first mistake", name)
		}
		if doc.Find(".problems a").Length() == 0 {
			t.Errorf("%s has no summary", name)
		}
	}
	if got := find(t, "rule-edit-refused").Find("#f-media_type option[selected]").AttrOr("value", ""); got != "carrier-pigeon" {
		t.Errorf("an unknown answer was lost: %q", got)
	}
}

func TestSignedInPagesOfferSignOut(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		doc := query(t, s)
		plain := doc.Find("body.plain").Length() == 1
		if offered := doc.Find(`form[action="/sign-out"][method="post"] button`).Length() == 1; offered == plain {
			t.Errorf("%s: plain %v, sign-out offered %v", s.name, plain, offered)
		}
	}
}

func TestViewersSeeWhyTheyMayNot(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"credentials-viewer", "rules-viewer", "files-viewer", "unit-problems", "settings-viewer", "files-some-failed", "file-held-viewer"} {
		if text := find(t, name).Find(".denied").First().Text(); !strings.Contains(text, "You need the permission") {
			t.Errorf("%s says %q", name, text)
		}
	}
}

// TestSourcesHoldNoInlineCode reads the sources, so that a state which no sample shows is held to it as well.
func TestSourcesHoldNoInlineCode(t *testing.T) {
	t.Parallel()
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|<script>|\shx-on|\son[a-z]+=|javascript:|hx-vals="js:|hx-trigger="[^"]*\[`)
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".templ" {
			return err
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if found := inline.Find(body); found != nil {
			t.Errorf("%s holds %q", name, found)
		}
		if n := strings.Count(string(body), "\n"); n > 150 {
			t.Errorf("%s has %d lines: split it", name, n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEnterDoesWhatTheFormIsFor: the Enter key presses the first submit button
// of a form, which must not be the one that leaves it.
func TestEnterDoesWhatTheFormIsFor(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(render(t, s)))
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("[formmethod=dialog]").Each(func(_ int, button *goquery.Selection) {
			t.Errorf("%s: Enter presses %q", s.name, strings.TrimSpace(button.Text()))
		})
	}
}

// TestLongTextsAreCutToAFewLines looks for the classes that do it: what somebody wrote at length must not push a list away.
func TestLongTextsAreCutToAFewLines(t *testing.T) {
	t.Parallel()
	for page, selector := range map[string]string{
		"links": ".file-name .event-text", "rule-versions-compared": ".events .event-text", "credentials-active": "[aria-labelledby=used-from] th.key",
	} {
		if find(t, page).Find(selector).Length() == 0 {
			t.Errorf("%s holds no %s", page, selector)
		}
	}
}

func TestPreviewSaysWhenNothingIsPlacedYet(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]bool{"rule-new": false, "rule-new-off": true} {
		said := strings.Contains(find(t, page).Find("#preview-body").Text(), "SEA is not enabled for this business unit: they wait until it is.")
		if said != want {
			t.Errorf("%s: %v", page, said)
		}
	}
}

func TestMovingSaysHowManyFilesLeaveAndAsksForMany(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]struct{ says, typed string }{
		"rule-new":          {"About 1,102 files will leave active storage", "move 1102 files"},
		"rule-edit-partial": {"At least 600,000 files will leave active storage", "move 600000 files"},
		"rule-new-blank":    {"The files that match leave active storage", ""},
		"rule-edit-refused": {"The files that match leave active storage", ""}, // it keeps
	} {
		box := find(t, page).Find("#moving .if-move")
		if got := box.Find("strong").Text(); got != want.says {
			t.Errorf("%s says %q", page, got)
		}
		if got := box.Find("[data-opens=enable-rule]").AttrOr("data-match", ""); got != want.typed {
			t.Errorf("%s asks for %q", page, got)
		}
	}
}

// TestAFailedFileSaysWhereItIsAndIsRetriedByWhoMay: the route asks for the
// permission of external access.
func TestAFailedFileSaysWhereItIsAndIsRetriedByWhoMay(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]struct {
		says    string
		retries int
	}{
		"file-failed":      {"The original is still in active storage.", 1},
		"file-failed-left": {"The original has left active storage.", 0},
	} {
		doc := find(t, page)
		if text := doc.Find("main .note.bad").Text(); !strings.Contains(text, want.says) {
			t.Errorf("%s says %s", page, text)
		}
		if got := doc.Find("form[action$='/retry']").Length(); got != want.retries {
			t.Errorf("%s can be retried %d times", page, got)
		}
	}
}
