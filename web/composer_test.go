package web_test

import (
	"net/http"
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
