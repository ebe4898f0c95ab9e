package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seaportal/internal/account"
	"seaportal/models"
)

func TestBusinessUnitFormKeepsValuesAndMarksFields(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	for name, test := range map[string]struct {
		form url.Values
		bad  string
	}{
		"empty name":    {url.Values{"name": {""}, "slug": {"new-unit"}}, "name"},
		"long name":     {url.Values{"name": {strings.Repeat("x", 200)}, "slug": {"new-unit"}}, "name"},
		"no slug":       {url.Values{"name": {"New"}, "slug": {""}}, "slug"},
		"reserved slug": {url.Values{"name": {"New"}, "slug": {"new"}}, "slug"},
		"taken slug":    {url.Values{"name": {"New"}, "slug": {"emea"}}, "slug"},
		"bad slug":      {url.Values{"name": {"New"}, "slug": {"A B"}}, "slug"},
		"bad bucket":    {url.Values{"name": {"New"}, "slug": {"nu"}, "active_bucket": {"X"}}, "active_bucket"},
		"bad prefix":    {url.Values{"name": {"New"}, "slug": {"nu"}, "active_prefix": {"../x"}}, "active_prefix"},
		"overlap":       {url.Values{"name": {"New"}, "slug": {"nu"}, "active_prefix": {"emea/x/"}}, "active_prefix"},
	} {
		a := c.post("/business-units", test.form)
		if a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: answers %d", name, a.status)
			continue
		}
		doc := a.doc(t)
		for field, values := range test.form {
			if got := doc.Find("input[name="+field+"]").AttrOr("value", ""); got != values[0] {
				t.Errorf("%s: %s is %q", name, field, got)
			}
		}
		if doc.Find("input[name="+test.bad+"]").AttrOr("aria-invalid", "") != "true" {
			t.Errorf("%s: %s is not marked", name, test.bad)
		}
	}
	a := c.post("/business-units", url.Values{"name": {"Asia"}, "slug": {"asia"}})
	if to := a.header.Get("Location"); a.status != http.StatusSeeOther || to != "/business-units/asia" {
		t.Errorf("answers %d to %q", a.status, to)
	}
	if page := c.get("/business-units/asia"); !strings.Contains(page.body, "active/asia/") || !strings.Contains(page.body, "The business unit is there.") {
		t.Error("the page lacks the active storage or the message")
	}
	if page := c.get("/business-units/asia"); strings.Contains(page.body, "The business unit is there.") {
		t.Error("the message is said twice")
	}
}

func TestRuleFormKeepsValuesAndMarksFields(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	rules := "/business-units/emea/rules"
	if a := c.post(rules, ruleForm()); a.status != http.StatusSeeOther {
		t.Fatalf("answers %d\n%s", a.status, a.doc(t).Find(".error").Text())
	}
	for name, change := range map[string]struct{ field, value string }{
		"no name":        {"name", ""},
		"past start":     {"start_date", "2020-01-01"},
		"no date":        {"start_date", "tomorrow"},
		"unknown media":  {"media_type", "fax"},
		"priority taken": {"priority", "1"},
		"priority range": {"priority", "11"},
		"no number":      {"after_days", "soon"},
		"negative":       {"after_days", "-1"},
		"unknown action": {"action", "burn"},
	} {
		form := ruleForm()
		form.Set("name", "Another")
		form.Set("c[3].field", "team")
		form.Set("c[3].op", "any-of")
		form.Set("c[3].value", "Claims, <b>")
		form.Set(change.field, change.value)
		before := p.count("rules")
		a := c.post(rules, form)
		doc := a.doc(t)
		if a.status != http.StatusUnprocessableEntity || p.count("rules") != before || doc.Find(".error").Length() == 0 {
			t.Errorf("%s: answers %d", name, a.status)
		}
		if doc.Find(`input[value="Claims, <b>"]`).Length() != 1 {
			t.Errorf("%s: the condition is lost", name)
		}
		if change.field != "name" && doc.Find("input[name=name]").AttrOr("value", "") != "Another" {
			t.Errorf("%s: the name is lost", name)
		}
	}
}

func TestComposerAddsAndRemovesRowsWithoutScript(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	preview := "/business-units/emea/rules/preview"
	form := ruleForm()
	form.Set("c[0].field", "team")
	form.Set("c[0].op", "any-of")
	form.Set("c[0].value", "Claims")
	form.Set("add", "1")
	doc := c.post(preview, form).doc(t)
	if n := doc.Find(".condition").Length(); n != 2 {
		t.Errorf("%d rows after one was added", n)
	}
	if doc.Find("input[name=name]").AttrOr("value", "") != "Claims calls" {
		t.Error("the name is lost")
	}
	form.Del("add")
	form.Set("remove", "1")
	doc = c.post(preview, form).doc(t)
	if n := doc.Find(`input[value="Claims"]`).Length(); n != 0 {
		t.Error("the row is not removed")
	}
	if p.count("rules") != 0 {
		t.Error("a preview changed something")
	}
}

func TestPreviewAnswersAPageOrAPart(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	preview := "/business-units/emea/rules/preview"
	before := p.count("history")
	a := c.post(preview, ruleForm())
	if a.status != http.StatusOK || !strings.Contains(a.body, "<html") {
		t.Errorf("page: answers %d", a.status)
	}
	for _, form := range []url.Values{ruleForm(), {}, {"priority": {"x"}}} {
		a = c.send(http.MethodPost, preview, form, map[string]string{"HX-Request": "true"})
		if a.status != http.StatusOK || strings.Contains(a.body, "<html") || a.header.Get("Vary") != "HX-Request" {
			t.Errorf("part: answers %d, Vary %q", a.status, a.header.Get("Vary"))
		}
	}
	if p.count("rules") != 0 || p.count("history") != before {
		t.Error("a preview changed something")
	}
}

func TestPreviewSumsUp(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.addFile(p.unit, "a.wav")
	p.addFile(p.unit, "b.wav")
	form := ruleForm()
	form.Set("after_days", "7")
	text := p.admin().post("/business-units/emea/rules/preview", form).doc(t).Find("#preview .sums").First().Text()
	for _, want := range []string{"Match the conditions2", "Due later− 2"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
}

func TestFilesPageByKeyset(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	p.addPlacements(120)
	seen := map[string]bool{}
	page, pages := "/business-units/emea/files?status=any", 0
	for ; page != "" && pages < 10; pages++ {
		doc := c.get(page).doc(t)
		for _, id := range doc.Find("[data-id]").Map(attr("data-id")) {
			if seen[id] {
				t.Errorf("file %s twice", id)
			}
			seen[id] = true
		}
		page = doc.Find("a[rel=next]").AttrOr("href", "")
	}
	if len(seen) != 120 || pages != 3 {
		t.Errorf("%d files on %d pages", len(seen), pages)
	}
	doc := c.get("/business-units/emea/files?status=nonsense").doc(t)
	if n := doc.Find("[data-id]").Length(); n != 0 {
		t.Errorf("an unknown status shows %d files", n)
	}
	doc = c.get("/business-units/emea/files?q=F0042").doc(t)
	if got := doc.Find("[data-id]").Map(attr("data-key")); len(got) != 1 || got[0] != "calls/f0042.wav" {
		t.Errorf("search gives %q", got)
	}
}

func TestUnplacedFileHasAPage(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.addFile(p.unit, "lonely.wav")
	if a := p.admin().get("/business-units/emea/catalogue/1"); a.status != http.StatusOK || !strings.Contains(a.body, "lonely.wav") {
		t.Errorf("answers %d", a.status)
	}
}

func TestSetUpLinkMakesTheFirstAdministratorAndSignsIn(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.anonymous()
	if a := c.get("/set-up/anything"); a.status != http.StatusNotFound {
		t.Errorf("with accounts there: %d", a.status)
	}
	p.execute("DELETE FROM users")
	accounts, err := account.New(p.store)
	if err != nil {
		t.Fatal(err)
	}
	token, err := accounts.SetUpLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	link := "/set-up/" + token
	if a := c.get(link); a.status != http.StatusOK || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the link answers %d", a.status)
	}
	if a := c.postFrom(c.get(link), link, nil); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a browser that sends no Sec-Fetch-Site gets %d", a.status)
	}
	form := url.Values{"email": {"root@example.com"}, "name": {"Root"}, "password": {"short"}}
	if a := c.post(link, form); a.status != http.StatusUnprocessableEntity || a.doc(t).Find("input[name=email]").AttrOr("value", "") != "root@example.com" {
		t.Errorf("a short password answers %d", a.status)
	}
	form.Set("password", password)
	form.Set("confirm", "something else")
	if a := c.post(link, form); a.status != http.StatusUnprocessableEntity {
		t.Errorf("two passwords answer %d", a.status)
	}
	form.Set("confirm", password)
	if a := c.post(link, form); a.status != http.StatusSeeOther {
		t.Errorf("answers %d", a.status)
	}
	if a := c.get("/"); a.status != http.StatusOK || !strings.Contains(a.body, "Root") {
		t.Errorf("not signed in: %d", a.status)
	}
	if a := p.anonymous().get(link); a.status != http.StatusNotFound {
		t.Errorf("the link answers %d afterwards", a.status)
	}
}

func TestThemeIsKeptByTheServer(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.anonymous()
	a := c.send(http.MethodPost, "/me/theme", url.Values{"theme": {"dark"}}, map[string]string{"Referer": p.url + "/sign-in?next=%2Fhistory"})
	if a.status != http.StatusSeeOther {
		t.Fatalf("answers %d", a.status)
	}
	if got := c.get("/sign-in").doc(t).Find("html").AttrOr("data-theme", ""); got != "dark" {
		t.Errorf("theme %q", got)
	}
	c.post("/me/theme", url.Values{"theme": {`"><script>`}})
	if got, ok := c.get("/sign-in").doc(t).Find("html").Attr("data-theme"); ok {
		t.Errorf("theme %q", got)
	}
}

func TestDisableAsksForTheSlug(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	a := c.post("/business-units/emea/disable", url.Values{"confirm": {"EMEA"}})
	if a.status != http.StatusUnprocessableEntity || a.doc(t).Find("input[name=confirm]").AttrOr("value", "") != "EMEA" {
		t.Errorf("answers %d", a.status)
	}
	unit, err := p.store.UnitBySlug(t.Context(), "emea")
	if err != nil || unit.SEAState != models.SEAEnabled {
		t.Errorf("%s, %v", unit.SEAState, err)
	}
}
