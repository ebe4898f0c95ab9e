package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"seaportal/internal/clock"
)

// addSkilled catalogues a recording of a skill, stored a number of hours ago.
func (p *portal) addSkilled(key, skill string, hours int) {
	p.t.Helper()
	p.addFile(p.unit, key)
	p.execute("UPDATE files SET attributes = ?, last_modified = datetime('now', ?) || '+00:00' WHERE key = ?",
		fmt.Sprintf(`{"skill":%q}`, skill), fmt.Sprintf("-%d hours", hours), key)
}

func texts(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

func TestPreviewTakesTheCatalogueApart(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.addSkilled("young.wav", "Claims", 1)
	p.addSkilled("old.wav", "Claims", 100)
	p.addSkilled("other.wav", "Sales", 100)
	c := p.admin()
	form := ruleForm()
	form.Set("after_days", "1")
	form.Set("c[0].field", "skill")
	form.Set("c[0].op", "any-of")
	form.Set("c[0].value", "Claims")
	box := c.post("/business-units/emea/rules/preview", form).doc(t).Find("#preview")
	for _, want := range []string{
		"1 file would be placed now", "Match the conditions2", "Due later− 1", "Skill is any of Claims 1", "no rate is set",
		"A day, about 0 files",
	} {
		if !strings.Contains(strings.Join(strings.Fields(box.Text()), " "), want) {
			t.Errorf("%q lacks %q", texts(box), want)
		}
	}
	if href := box.Find(`a[href*="/catalogue/"]`).AttrOr("href", ""); href != "/business-units/emea/catalogue/2" {
		t.Errorf("the first file leads to %q", href)
	}
	// A rule of a better priority takes them first, and is named with a link.
	first := ruleForm()
	if a := c.post("/business-units/emea/rules", first); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	form.Set("name", "Second")
	form.Set("priority", "2")
	box = c.post("/business-units/emea/rules/preview", form).doc(t).Find("#preview")
	if link := box.Find(`a[href="/business-units/emea/rules/1"]`); link.Text() != "Claims calls" {
		t.Errorf("the other rule is not named: %s", texts(box))
	}
}

func TestWhyAnswersForAnyFile(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	p.addSkilled("lonely.wav", "Sales", 10)
	page := func(id string) string {
		return texts(c.get("/business-units/emea/catalogue/" + id).doc(t).Find("main"))
	}
	if text := page("1"); !strings.Contains(text, "no rule for the media type call recording") {
		t.Error(text)
	}
	form := ruleForm()
	form.Set("c[0].field", "skill")
	form.Set("c[0].op", "any-of")
	form.Set("c[0].value", "Claims, <b>")
	if a := c.post("/business-units/emea/rules", form); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	for _, want := range []string{
		"This file is not in SEA", "Skill is any of Claims or <b>; the file has Sales.", "✓ Passes", "✗ Fails", "No rule has claimed it: it is open.",
	} {
		if text := page("1"); !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
	// A file that was placed leads to its placement, and back.
	placement := p.addPlacement(p.unit, "1")
	file := c.get("/business-units/emea/files/" + placement).doc(t)
	why := file.Find(`a:contains("Why is this file here?")`).AttrOr("href", "")
	version := file.Find(`a[href*="/versions#version-1"]`).AttrOr("href", "")
	if back := c.get(why).doc(t).Find(`a[href="/business-units/emea/files/` + placement + `"]`); back.Length() != 1 || version == "" {
		t.Errorf("%q does not lead back, version %q", why, version)
	}
	for _, id := range []string{"0", "x", "999"} {
		if a := c.get("/business-units/emea/catalogue/" + id); a.status != http.StatusNotFound {
			t.Errorf("file %s answers %d", id, a.status)
		}
	}
}

func TestCatalogueFindsWhatWasNeverPlaced(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	for i := range 120 {
		p.addFile(p.unit, fmt.Sprintf("calls/f%04d.wav", i))
	}
	seen := map[string]bool{}
	page, pages, back := "/business-units/emea/catalogue?state=open&q=CALLS", 0, ""
	for ; page != "" && pages < 10; pages++ {
		doc := c.get(page).doc(t)
		for _, key := range doc.Find("tr[data-id]").Map(attr("data-key")) {
			if seen[key] {
				t.Errorf("%s twice", key)
			}
			seen[key] = true
		}
		page, back = doc.Find("a[rel=next]").AttrOr("href", ""), doc.Find("a[rel=prev]").AttrOr("href", "")
	}
	if len(seen) != 120 || pages != 3 {
		t.Errorf("%d files on %d pages", len(seen), pages)
	}
	if keys := c.get(back).doc(t).Find("tr[data-id]").Map(attr("data-key")); len(keys) != 50 || keys[0] != "calls/f0050.wav" {
		t.Errorf("the page before %q begins with %q of %d", back, keys[0], len(keys))
	}
	for query, want := range map[string]int{"state=managed": 0, "state=placed": 0, "state=lost": 0, "q=f0042": 1, "rule=7": 0, "state=gone": 0} {
		if n := c.get("/business-units/emea/catalogue?" + query).doc(t).Find("tr[data-id]").Length(); n != want {
			t.Errorf("%s shows %d files", query, n)
		}
	}
	if c.get("/business-units/emea/files").doc(t).Find(`.empty a[href="/business-units/emea/catalogue"]`).Length() != 1 {
		t.Error("the empty list of files does not lead here")
	}
}

func TestSimulationIsAChartAndATable(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	if text := texts(c.get("/business-units/emea/simulate").doc(t).Find("main")); !strings.Contains(text, "No rule is on") {
		t.Error(text)
	}
	p.addFile(p.unit, "a.wav")
	form := ruleForm()
	form.Set("after_days", "3")
	if a := c.post("/business-units/emea/rules", form); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	before := p.count("history")
	doc := c.get("/business-units/emea/simulate").doc(t)
	day := clock.Real.Now().AddDate(0, 0, 3)
	if title := doc.Find("svg[role=img] rect title").Text(); title != day.Format("2 Jan")+", Claims calls: 1 file, 5 B" {
		t.Errorf("the bar says %q", title)
	}
	rows := doc.Find(`[aria-label="Simulation by day"] tbody tr`)
	if at := rows.Find("time").AttrOr("datetime", ""); rows.Length() != 1 || at != day.Format("2006-01-02") {
		t.Errorf("%d days, the first %s", rows.Length(), at)
	}
	if !strings.Contains(texts(doc.Find("main")), "no file arrives or leaves") {
		t.Error("it does not say what it assumes")
	}
	if p.count("history") != before || p.count("placements") != 0 {
		t.Error("the simulation changed something")
	}
}

func TestVersionsAreComparedAndTwoHistoriesWarnedOf(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	id := p.addRule(p.unit)
	p.addPlacement(p.unit, id)
	p.execute("UPDATE files SET rule_id = ?", id)
	rule := "/business-units/emea/rules/" + id
	form := ruleForm()
	form.Set("name", "All calls")
	form.Set("rule", id)
	part := c.send(http.MethodPost, "/business-units/emea/rules/preview", form, map[string]string{"HX-Request": "true"})
	if strings.Contains(part.body, "two histories") {
		t.Error("the same action is warned of")
	}
	form.Set("action", "move")
	part = c.send(http.MethodPost, "/business-units/emea/rules/preview", form, map[string]string{"HX-Request": "true"})
	if doc := part.doc(t).Find("#histories"); !strings.Contains(doc.Text(), "This rule has copied 1 file so far") {
		t.Errorf("the part warns of %q", texts(doc))
	}
	if page := c.post("/business-units/emea/rules/preview", form); !strings.Contains(page.body, "This rule has copied 1 file so far") {
		t.Error("the page without script does not warn")
	}
	if edit := c.get(rule + "/edit"); !strings.Contains(texts(edit.doc(t).Find("#composer")), "it copied 1 and moved 0") {
		t.Error("the composer does not say what the rule did")
	}
	if a := c.post(rule, form); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	doc := c.get(rule + "/versions?was=1&is=2").doc(t)
	if text := texts(doc.Find(`[aria-label="What differs"] tbody tr`)); !strings.Contains(text, "ActionCopy to SEAMove to SEA") {
		t.Error(text)
	}
	if n := doc.Find("li[id^=version-]").Length(); n != 2 {
		t.Errorf("%d versions", n)
	}
	for query, want := range map[string]int{"": 200, "?was=2&is=2": 200, "?was=1": 404, "?was=1&is=9": 404, "?was=x&is=y": 404} {
		if a := c.get(rule + "/versions" + query); a.status != want {
			t.Errorf("%q answers %d", query, a.status)
		}
	}
	if text := texts(c.get(rule + "/delete").doc(t).Find("main")); !strings.Contains(text, "It manages 1 file. They stay managed by it and are never eligible for another rule.") {
		t.Error(text)
	}
	c.post(rule+"/pause", url.Values{})
	if text := texts(c.get(rule).doc(t).Find("main")); !strings.Contains(text, "Paused: it takes and places nothing.") {
		t.Error(text)
	}
}

func TestRuleThatIsInTheWayIsNamed(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	p.addRule(p.unit)
	form := ruleForm()
	form.Set("name", "all CALLS")
	doc := c.post("/business-units/emea/rules", form).doc(t)
	for field, want := range map[string]string{"#f-name-error": "The rule “All calls” has this name.", "#f-priority-error": "The rule “All calls” has priority P1."} {
		if text := texts(doc.Find(field)); !strings.Contains(text, want) {
			t.Errorf("%s says %q", field, text)
		}
	}
}
