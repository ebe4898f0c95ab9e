package e2e

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"
)

var (
	ruleLink      = regexp.MustCompile(`/rules/\d+$`)
	catalogueLink = regexp.MustCompile(`/catalogue/\d+$`)
)

// TestPages looks at every page of the demo, in both themes and widths, under axe-core's rules.
func TestPages(t *testing.T) {
	t.Parallel()
	chromium(t)
	if _, err := os.Stat(os.Getenv("SEA_TEST_AXE")); err != nil {
		lacking(t, needAxe, "axe-core (SEA_TEST_AXE)")
	}
	in, slug, person := launchDemo(t)
	person.createUnit("An empty unit", "empty")
	v := newViewer(t, openBrowser(t, in.URL()))

	v.visit("sign-in", "/sign-in")
	if link := setUpLink.FindString(in.out.String()); link != "" {
		v.visit("set-up", strings.TrimPrefix(link, in.URL()))
	}
	email, secret := demoAccount(t, in)
	v.signIn(email, secret)
	for name, path := range map[string]string{
		"overview": "/", "units": "/business-units", "unit-new": "/business-units/new", "history": "/history", "system": "/system", "usage": "/usage", "unfetched-all": "/unfetched?days=30", "portal-settings": "/settings",
		"not-found": "/business-units/nobody", "unit-empty": unitPath("empty"), "files-empty": unitPath("empty", "files"),
		"rules-empty": unitPath("empty", "rules"), "simulate-empty": unitPath("empty", "simulate"), "catalogue-empty": unitPath("empty", "catalogue"),
		"credentials-none": unitPath("empty", "credentials"), "connect-empty": unitPath("empty", "connect"), "history-empty": unitPath("empty", "history"), "usage-empty": unitPath("empty", "usage"),
		"unfetched-empty": unitPath("empty", "unfetched"),
	} {
		v.visit(name, path)
	}
	for _, page := range []string{
		"", "rules", "rules/new", "simulate", "catalogue", "catalogue?state=open", "catalogue?q=nothing-is-called-so",
		"files", "files?status=any&q=wav", "files?q=nothing-is-called-so", "files?downloaded=never", "unfetched", "unfetched?days=30", "history", "usage", "usage?period=7d", "settings", "settings/encryption", "strangers", "links", "disable",
	} {
		name := "unit-" + strings.Trim(regexp.MustCompile(`[^a-z]+`).ReplaceAllString(page, "-"), "-")
		v.visitIfThere(person, name, strings.TrimSuffix(unitPath(slug)+"/"+page, "/"))
	}
	v.visitRules(person, slug)
	v.visitFiles(person, slug)
	v.visitHold(person, slug)
	v.visitSettings(slug)
	v.visitCredentials(slug)
	v.visitFaults()
}

// launchDemo starts the demo and returns its business unit and its signed-in administrator.
func launchDemo(t *testing.T) (in *installation, slug string, person *portal) {
	t.Helper()
	in = install(t)
	in.demo = true
	in.start()
	person = newPortal(t, in.URL())
	person.signIn(demoAccount(t, in))
	units := person.get("/business-units").want(http.StatusOK)
	units.Doc.Find(`main a[href^="/business-units/"]`).EachWithBreak(func(_ int, link *goquery.Selection) bool {
		slug = strings.TrimPrefix(link.AttrOr("href", ""), "/business-units/")
		return slug == "new" || strings.Contains(slug, "/")
	})
	if slug == "" || slug == "new" {
		t.Fatalf("the demo has no business unit: %s", units.text())
	}
	eventually(t, placeWithin, "the demo places files", func() (bool, string) {
		rows := person.files(slug, "placed")
		return len(rows) > 0, countText(len(rows), 1)
	})
	return in, slug, person
}

// demoAccount is the administrator whom the demo prints.
func demoAccount(t *testing.T, in *installation) (email, secret string) {
	t.Helper()
	said := in.printed(regexp.MustCompile(`Sign in as\s+(\S+@\S+)\s+Password\s+(\S+)`))
	return said[1], said[2]
}

// visitIfThere leaves out a page that the portal does not have.
func (v *viewer) visitIfThere(person *portal, name, path string) {
	v.t.Helper()
	if status := person.get(path).Status; status != http.StatusOK {
		v.t.Logf("%s is answered with %d", path, status)
		return
	}
	v.visit(name, path)
}

func (v *viewer) visitRules(person *portal, slug string) {
	v.t.Helper()
	rules := person.get(unitPath(slug, "rules")).want(http.StatusOK)
	rule := firstLink(rules, ruleLink)
	for name, path := range map[string]string{
		"rule": rule, "rule-edit": rule + "/edit", "rule-delete": rule + "/delete", "rule-versions": rule + "/versions",
		"rule-compared": rule + "/versions?was=1&is=1",
	} {
		v.visitIfThere(person, name, path)
	}
}

func (v *viewer) visitFiles(person *portal, slug string) {
	v.t.Helper()
	id := person.files(slug, "placed")[0].ID
	file := unitPath(slug, "files", id)
	v.visit("file", file)
	if link := firstLink(person.get(file), catalogueLink); link != "" {
		v.visit("catalogue", link)
	}
	query := "?" + url.Values{"id": {id}}.Encode()
	v.visitIfThere(person, "file-delete", unitPath(slug, "files", "delete")+query)
	v.open(unitPath(slug, "files"))
	v.click(`input[name="id"][value="`+id+`"]`, `input[name="id"]:checked`)
	v.look("files-selected")
	person.get(file + "/download").want(http.StatusSeeOther)
	v.visit("file-downloaded", file)

	v.visitLinks(slug, person.files(slug, "placed"))
}

// visitLinks looks at a link to one file, one to several, and a URL for scripts, from their forms to what a partner sees.
func (v *viewer) visitLinks(slug string, files []row) {
	v.t.Helper()
	one, several := url.Values{"id": {files[0].ID}}, url.Values{}
	for _, file := range files[:min(len(files), 12)] {
		several.Add("id", file.ID)
	}
	create := `main form[action$="/files/links"] button[type="submit"]`
	for name, query := range map[string]url.Values{"": one, "-several": several} {
		v.open(unitPath(slug, "files", "links") + "?" + query.Encode())
		v.look("link-new" + name)
		v.typeInto(`input[name="pin"]`, "1")
		v.click(create, `input[name="pin"][aria-invalid="true"]`)
		v.look("link-refused" + name)
		v.typeInto(`input[name="pin"]`, "4711")
		v.typeInto(`input[name="note"]`, "For the auditors")
		v.click(create, `[data-field="link"]`)
		v.look("link-created" + name)
		shared := strings.TrimPrefix(v.field("link"), v.base)
		v.visit("partner"+name, shared)
		v.open(shared)
		v.typeInto(`input[name="pin"]`, "0000")
		v.click(`main button[type="submit"]`, `input[name="pin"][aria-invalid="true"]`)
		v.look("partner-refused" + name)
	}
	v.visit("links", unitPath(slug, "links"))
	v.visit("link", unitPath(slug, "links", "1"))
	v.visit("links-ended", unitPath(slug, "links")+"?state=ended")
	v.visit("links-revoke-all", unitPath(slug, "links", "revoke"))
	v.visit("partner-gone", "/d/never-was")
	v.open(unitPath(slug, "files", files[0].ID, "presigned"))
	v.look("presigned-new")
	v.click(`main form button[type="submit"]`, `[data-field="presigned-url"]`)
	v.look("presigned")
}

// visitHold looks at a file on its way into a hold and out of it.
func (v *viewer) visitHold(person *portal, slug string) {
	v.t.Helper()
	id := person.files(slug, "placed")[0].ID
	file := unitPath(slug, "files", id)
	v.open(file)
	v.typeInto(`textarea[name="reason"]`, " ")
	v.click(`form[action$="/hold"] button[type="submit"]`, `textarea[aria-invalid="true"]`)
	v.look("file-hold-refused")
	v.typeInto(`textarea[name="reason"]`, "Evidence, asked for by Legal")
	v.click(`form[action$="/hold"] button[type="submit"]`, `form[action$="/release"]`)
	v.look("file-held")
	v.visit("files-held", unitPath(slug, "files")+"?status=held")
	v.visit("file-delete-held", unitPath(slug, "files", "delete")+"?"+url.Values{"id": {id}}.Encode())
	v.open(file)
	v.click(`form[action$="/release"] button[type="submit"]`, `form[action$="/hold"]`)
}

// visitSettings looks at settings that were saved, with the folder marker on.
func (v *viewer) visitSettings(slug string) {
	v.t.Helper()
	v.open(unitPath(slug, "settings"))
	v.click(`label:has(input[name="folder_marker"])`, `input[name="folder_marker"]:checked`)
	v.click(`form[action$="/settings"] button[type="submit"]`, `.note.ok`)
	v.look("settings-saved")
	v.typeInto(`textarea[name="allowed_addresses"]`, "10.0.0.5/8")
	v.click(`form[action$="/addresses"] button[type="submit"]`, `textarea[aria-invalid="true"]`)
	v.look("settings-addresses-refused")
	v.open(unitPath(slug, "settings"))
	v.typeInto(`textarea[name="allowed_addresses"]`, "203.0.113.0/24, 127.0.0.1")
	v.click(`form[action$="/addresses"] button[type="submit"]`, `.note.ok`)
	v.look("settings-addresses")
}

func (v *viewer) visitCredentials(slug string) {
	v.t.Helper()
	page := unitPath(slug, "credentials")
	v.open(page)
	if ask(v.browser, "look for a set", chromedp.Evaluate[int](`document.querySelectorAll('form[action$="/credentials"]').length`)) > 0 {
		v.click(`form[action$="/credentials"] button[type="submit"]`, `[data-field="secret-access-key"]`)
		v.look("credentials-reveal")
	}
	v.visit("credentials-active", page)
	v.visit("connect", unitPath(slug, "connect"))
	v.visit("connect-aws-cli", unitPath(slug, "connect", "aws-cli"))
	v.visit("credentials-test", page+"/test")
	v.click(`form[action$="/credentials/test"] button[type="submit"]`, `.facts .badge`)
	v.look("credentials-tested")
	v.visit("credentials-regenerate", page+"/regenerate")
	v.confirm(slug, `main form[action$="/regenerate"]`, `[data-field="secret-access-key"]`)
	v.look("credentials-regenerated")
	v.visit("credentials-revoke", page+"/revoke")
	v.confirm(slug, `main form[action$="/revoke"]`, `form[action$="/credentials"]`)
	v.look("credentials-revoked")
}

// confirm types the unit's slug into a form that asks for it, and sends it.
func (v *viewer) confirm(slug, form, appears string) {
	v.t.Helper()
	v.typeInto(form+` input[name="confirm"]`, slug)
	v.click(form+` button[type="submit"]`, appears)
}

// visitFaults looks at a form that was refused.
func (v *viewer) visitFaults() {
	v.t.Helper()
	v.open("/business-units/new")
	v.typeInto(`input[name="name"]`, "Reserved")
	v.typeInto(`input[name="slug"]`, "new")
	v.click(`main form[method="post"] button[type="submit"]`, `[aria-invalid="true"]`)
	v.look("unit-refused")
}

// firstLink is the first link of a page that matches, or empty.
func firstLink(pg *page, wanted *regexp.Regexp) string {
	found := ""
	pg.Doc.Find("main a[href]").EachWithBreak(func(_ int, link *goquery.Selection) bool {
		if href := link.AttrOr("href", ""); wanted.MatchString(href) {
			found = href
		}
		return found == ""
	})
	return found
}
