package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

const preview = "/business-units/emea/rules/preview"

// TestThePreviewCountsBeforeTheRuleHasAName: what a rule takes does not hang on
// its name, which is typed last.
func TestThePreviewCountsBeforeTheRuleHasAName(t *testing.T) {
	t.Parallel()
	c := start(t).admin()
	form := ruleForm()
	form.Set("name", "")
	part := c.send(http.MethodPost, preview, form, map[string]string{"HX-Request": "true"}).doc(t)
	if part.Find(".stat").Length() != 1 {
		t.Errorf("the preview says %s", part.Text())
	}
	if when := c.get("/business-units/emea/rules/new").doc(t).Find("#preview").AttrOr("hx-trigger", ""); !strings.HasPrefix(when, "load,") {
		t.Errorf("a composer that was just opened asks on %q", when)
	}
}

// TestThePreviewSaysWhatElseHolds of a priority that another rule has, and of a
// daily limit.
func TestThePreviewSaysWhatElseHolds(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	rule := p.addRule(p.unit)
	for _, key := range []string{"a.wav", "b.wav", "c.wav"} {
		p.addFile(p.unit, key)
	}
	settings := c.get(settingsPage).doc(t)
	if a := c.post(settingsPage, url.Values{"daily_limit": {"2"}, "lock_version": {settings.Find("[name=lock_version]").AttrOr("value", "")}}); a.status != http.StatusSeeOther {
		t.Fatalf("the limit answers %d", a.status)
	}
	form := ruleForm()
	ask := func() string {
		return texts(c.send(http.MethodPost, preview, form, map[string]string{"HX-Request": "true"}).doc(t).Find("#taken"))
	}
	if text := ask(); !strings.Contains(text, "“All calls” has P1 of its media type. P2 is free.") {
		t.Errorf("of its priority it says %q", text)
	}
	form.Set("priority", "2")
	if text := ask(); text != "" {
		t.Errorf("of a free priority it says %q", text)
	}
	form.Set("rule", rule)
	form.Set("priority", "1")
	if text := ask(); text != "" {
		t.Errorf("of the rule's own priority it says %q", text)
	}
	text := texts(c.send(http.MethodPost, preview, form, map[string]string{"HX-Request": "true"}).doc(t).Find("strong"))
	if !strings.Contains(text, "The limit of 2 files a day spreads them over 2 days or more.") {
		t.Errorf("of the limit it says %q", text)
	}
}

// TestNoConditionIsAddedAfterTheLast has as many as a rule may have.
func TestNoConditionIsAddedAfterTheLast(t *testing.T) {
	t.Parallel()
	c := start(t).admin()
	form := ruleForm()
	for n := range 19 {
		form.Set("c["+strconv.Itoa(n)+"].field", "skill")
	}
	form.Set("add", "1")
	doc := c.post(preview, form).doc(t)
	if rows := doc.Find(".condition").Length(); rows != 20 || doc.Find("[name=add]").Length() != 0 || !strings.Contains(texts(doc.Find("#conditions")), "20 conditions at most") {
		t.Errorf("%d rows, and %d buttons for more", rows, doc.Find("[name=add]").Length())
	}
}

func TestThePreviewMarksAConditionThatIsWrong(t *testing.T) {
	t.Parallel()
	c := start(t).admin()
	form := ruleForm()
	for name, value := range map[string]string{
		"c[0].field": "size", "c[0].op": "at-least", "c[0].value": "ten apples",
		"c[1].field": "skill", "c[1].op": "any-of", "c[1].value": "Claims",
	} {
		form.Set(name, value)
	}
	part := c.send(http.MethodPost, preview, form, map[string]string{"HX-Request": "true"}).doc(t)
	if link := part.Find("[data-marks]"); link.Length() != 1 || link.AttrOr("data-marks", "") != "f-c-0-value" || link.AttrOr("href", "") != "#f-c-0-value" {
		t.Errorf("the preview leads to %d fields, %q", link.Length(), link.AttrOr("data-marks", ""))
	}
	if text := part.Find("#condition-0-error").Text(); strings.TrimSpace(text) == "" {
		t.Error("nothing stands by the condition")
	}
	if text := part.Find("#condition-1-error").Text(); text != "" {
		t.Errorf("the condition that is right is told %q", text)
	}
	if text := part.Find("#sentence").Text(); strings.Contains(text, "apples") || !strings.Contains(text, "Claims") {
		t.Errorf("the sentence is %q", text)
	}
}

// TestMovingManyFilesAsksInThePageAlone: the text is typed for the page, and the
// server takes a form that never heard of it.
func TestMovingManyFilesAsksInThePageAlone(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	form := ruleForm()
	form.Set("action", "move")
	doc := c.post(preview, form).doc(t)
	if text := texts(doc.Find("#moving")); !strings.Contains(text, "leave active storage") || !strings.Contains(text, "SEA deletes them 30 days after they arrive. Download them before ") {
		t.Errorf("moving is said as %q", text)
	}
	if doc.Find("#moving [name], #moving [required]").Length() != 0 {
		t.Error("the page's own gate is a field of the form")
	}
	if text := texts(doc.Find("#enable-rule")); !strings.Contains(text, "Enable and move files") {
		t.Errorf("the button says %q", text)
	}
	if a := c.post("/business-units/emea/rules", form); a.status != http.StatusSeeOther {
		t.Errorf("the rule is answered with %d", a.status)
	}
}
