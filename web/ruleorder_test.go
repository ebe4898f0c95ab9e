package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestARuleIsMovedUpOnTheListOnce(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	list := "/business-units/emea/rules"
	for priority, text := range []string{"First", "Second"} {
		form := ruleForm()
		form.Set("name", text)
		form.Set("priority", itoa(int64(priority+1)))
		if a := c.post(list, form); a.status != http.StatusSeeOther {
			t.Fatalf("%s answers %d", text, a.status)
		}
	}
	doc := c.get(list).doc(t)
	up := doc.Find("form[action$='/raise']")
	if up.Length() != 1 || up.Find("button").AttrOr("aria-label", "") != "Move up Second" {
		t.Fatalf("%d rules can be moved up", up.Length())
	}
	form := url.Values{"lock_version": {up.Find("[name=lock_version]").AttrOr("value", "")}}
	action := up.AttrOr("action", "")
	if a := c.post(action, form); a.status != http.StatusSeeOther {
		t.Errorf("moving it up answers %d", a.status)
	}
	if text := c.get(list).doc(t).Find("main").Text(); !strings.Contains(text, "Second is P1 now, and First is P2.") || strings.Index(text, "First") < strings.Index(text, "Second") {
		t.Errorf("the list says %s", text)
	}
	for name, form := range map[string]url.Values{"the same click again": form, "no version": {}} {
		if a := c.post(action, form); a.status != http.StatusConflict {
			t.Errorf("%s answers %d", name, a.status)
		}
	}
}
