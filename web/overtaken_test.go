package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// sent gives what a browser would send of the composer, without its buttons.
func sent(doc *goquery.Document) url.Values {
	form := url.Values{}
	doc.Find("#composer input[name], #composer select[name]").Each(func(_ int, field *goquery.Selection) {
		name, kind := field.AttrOr("name", ""), field.AttrOr("type", "")
		_, checked := field.Attr("checked")
		switch {
		case goquery.NodeName(field) == "select":
			form.Set(name, field.Find("option[selected]").AttrOr("value", ""))
		case kind != "radio" && kind != "checkbox" || checked:
			form.Set(name, field.AttrOr("value", ""))
		}
	})
	return form
}

// TestEditedRuleIsRefusedWhenSomebodyWasFirst has two people edit one rule, of
// whom the second takes one thing of the first, and adds a condition in between.
func TestEditedRuleIsRefusedWhenSomebodyWasFirst(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	rule := "/business-units/emea/rules/" + p.addRule(p.unit)
	mine := sent(c.get(rule + "/edit").doc(t))
	theirs := ruleForm()
	theirs.Set("name", "Theirs")
	theirs.Set("after_days", "7")
	theirs.Set("version", mine.Get("version"))
	if a := c.post(rule, theirs); a.status != http.StatusSeeOther {
		t.Fatalf("answers %d", a.status)
	}
	mine.Set("name", "Mine <b>")
	mine.Set("state", "on")
	a := c.post(rule, mine)
	doc := a.doc(t)
	text := strings.Join(strings.Fields(doc.Find("#composed").Text()), " ")
	if a.status != http.StatusConflict || !strings.Contains(text, " changed this rule just now") || doc.Find("[role=alert]").Length() != 1 {
		t.Errorf("a stale form answers %d: %s", a.status, text)
	}
	rows := doc.Find("#composed tbody tr").Map(func(_ int, row *goquery.Selection) string {
		return strings.Join(row.Find("th, td").Map(func(_ int, cell *goquery.Selection) string { return strings.TrimSpace(cell.Text()) }), "|")
	})
	if want := []string{"Name|All calls|Theirs|Mine <b>|Take theirs", "After|0 days|7 days|0 days|Take theirs"}; !slices.Equal(rows, want) {
		t.Errorf("it compares %q", rows)
	}
	again := sent(doc)
	if again.Get("name") != "Mine <b>" || again.Get("version") == mine.Get("version") || again.Get("opened") != mine.Get("opened") {
		t.Errorf("it would be sent as %v", again)
	}
	again.Set("take", "after_days")
	doc = c.post("/business-units/emea/rules/preview", again).doc(t)
	again = sent(doc)
	again.Set("add", "1")
	doc = c.post("/business-units/emea/rules/preview", again).doc(t)
	again = sent(doc)
	if names := doc.Find("button[name=take]"); names.Length() != 1 || names.AttrOr("value", "") != "name" || again.Get("name") != "Mine <b>" {
		t.Errorf("left to choose: %q, of %v", names.Text(), again)
	}
	again.Set("state", "on")
	if a := c.post(rule, again); a.status != http.StatusSeeOther {
		t.Errorf("chosen knowingly, it answers %d", a.status)
	}
	if now := sent(c.get(rule + "/edit").doc(t)); now.Get("name") != "Mine <b>" || now.Get("after_days") != "7" {
		t.Errorf("it is %v", now)
	}
	again.Del("opened")
	again.Set("name", "From a page of before")
	a = c.post(rule, again)
	if text := a.doc(t).Find("[role=alert]").Text(); a.status != http.StatusConflict || !strings.Contains(text, "Somebody changed this rule after you opened it") {
		t.Errorf("without the version that it was opened with, it answers %d: %s", a.status, text)
	}
	again.Del("version")
	again.Set("name", "Without a version")
	if a := c.post(rule, again); a.status != http.StatusSeeOther {
		t.Errorf("a form without version answers %d", a.status)
	}
}

func TestEditedRuleSaysThatItWasPausedMeanwhile(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	rule := "/business-units/emea/rules/" + p.addRule(p.unit)
	mine := sent(c.get(rule + "/edit").doc(t))
	if a := c.post(rule+"/pause", nil); a.status != http.StatusSeeOther {
		t.Fatalf("answers %d", a.status)
	}
	mine.Set("name", "Mine")
	mine.Set("state", "on")
	a := c.post(rule, mine)
	doc := a.doc(t)
	if a.status != http.StatusConflict || !strings.Contains(doc.Find("[role=alert]").Text(), "it is paused now") || sent(doc).Get("name") != "Mine" {
		t.Errorf("answers %d: %s", a.status, doc.Find("[role=alert]").Text())
	}
	again := sent(doc)
	again.Set("state", "paused")
	if a := c.post(rule, again); a.status != http.StatusSeeOther {
		t.Errorf("chosen knowingly, it answers %d", a.status)
	}
}

// TestEditedRuleThatWasDeletedMeanwhileIsANewRule keeps what was typed.
func TestEditedRuleThatWasDeletedMeanwhileIsANewRule(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	rule := "/business-units/emea/rules/" + p.addRule(p.unit)
	mine := sent(c.get(rule + "/edit").doc(t))
	if a := c.post(rule+"/delete", nil); a.status != http.StatusSeeOther {
		t.Fatalf("answers %d", a.status)
	}
	mine.Set("name", "Mine")
	mine.Set("state", "on")
	for _, to := range []string{rule, preview} {
		doc := c.post(to, mine).doc(t)
		if text := doc.Find("[role=alert]").Text(); !strings.Contains(text, "Somebody deleted this rule") {
			t.Errorf("%s says %q", to, text)
		}
		again := sent(doc)
		if action := doc.Find("#composer").AttrOr("action", ""); again.Get("name") != "Mine" || again.Has("version") || action != "/business-units/emea/rules" {
			t.Errorf("%s would be sent to %s as %v", to, action, again)
		}
	}
	if a := c.post(rule, mine); a.status != http.StatusConflict {
		t.Errorf("it answers %d", a.status)
	}
	if a := c.get(rule); a.status != http.StatusOK {
		t.Errorf("a deleted rule answers %d", a.status)
	}
	if a := c.get(rule + "/edit"); a.status != http.StatusNotFound {
		t.Errorf("the composer of a deleted rule answers %d", a.status)
	}
}

// TestAThirdPersonIsToldOfToo changes a rule twice while it is edited, the second time
// when the first is being looked at.
func TestAThirdPersonIsToldOfToo(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	rule := "/business-units/emea/rules/" + p.addRule(p.unit)
	mine, second := sent(c.get(rule+"/edit").doc(t)), ruleForm()
	second.Set("name", "Second")
	if a := c.post(rule, second); a.status != http.StatusSeeOther {
		t.Fatalf("answers %d", a.status)
	}
	mine.Set("state", "on")
	mine = sent(c.post(rule, mine).doc(t))
	if a := c.post(rule+"/pause", nil); a.status != http.StatusSeeOther {
		t.Fatalf("answers %d", a.status)
	}
	mine.Set("add", "1")
	mine = sent(c.post(preview, mine).doc(t))
	mine.Set("state", "on")
	if a := c.post(rule, mine); a.status != http.StatusConflict {
		t.Errorf("it answers %d", a.status)
	}
}
