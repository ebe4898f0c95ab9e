package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// composeInBrowser fills in the composer and is refused: operators fit the field, the gate stands only where something is placed, and what was
// chosen, the ticked box too, is still there afterwards.
func composeInBrowser(t *testing.T, s *story) {
	b := openBrowser(t, s.in.URL())
	b.signIn(adminEmail, password)
	b.open(unitPath(storyUnit, "rules", "new"))

	b.choose(`c[0].field`, "size")
	if got := b.offered(`c[0].op`); got != "at-least at-most" {
		t.Errorf("beside a size the operators are %s", got)
	}
	b.choose(`c[0].field`, "team")
	if got := b.offered(`c[0].op`); !strings.HasPrefix(got, "any-of none-of ") || strings.Contains(got, "at-least") {
		t.Errorf("beside a team the operators are %s", got)
	}

	const gate = `input[name="understood"]`
	b.wantShut(true)
	b.do("choose Keep", chromedp.Click(chromedp.CSS(`label:has([name="action"][value="keep"])`), chromedp.NodeVisible))
	b.wantShut(false)
	b.do("choose Copy", chromedp.Click(chromedp.CSS(`label:has([name="action"][value="copy"])`), chromedp.NodeVisible))
	b.wantShut(true)
	b.do("tick the box", chromedp.Click(chromedp.CSS(gate), chromedp.NodeVisible))
	b.typeInto(`#f-name`, "A team without a name")
	b.click(`#enable-rule`, `#composed .problems a[href="#f-c-0-value"]`)
	if !ask(b, "look at the box", chromedp.Evaluate[bool](fmt.Sprintf(`document.querySelector('%s').checked`, gate))) {
		t.Error("the refused form lost the tick")
	}
	b.wantShut(false)
	if got := b.offered(`c[0].op`); strings.Contains(got, "at-least") {
		t.Errorf("the refused form offers beside a team %s", got)
	}
}

// choose takes an answer of a drop-down.
func (b *browser) choose(name, value string) {
	b.t.Helper()
	b.do("choose "+value, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
		`{ const e = document.getElementsByName(%q)[0]; e.value = %q; e.dispatchEvent(new Event("input", {bubbles: true})); } undefined`, name, value)))
}

// offered are the answers of a drop-down that can be taken, the one that is taken among them.
func (b *browser) offered(name string) string {
	b.t.Helper()
	return ask(b, "read the answers of "+name, chromedp.Evaluate[string](fmt.Sprintf(
		`{ const e = document.getElementsByName(%q)[0], open = [...e.options].filter(o => !o.disabled).map(o => o.value);
		   open.includes(e.value) ? open.join(" ") : "not " + e.value }`, name)))
}

// wantShut looks at the button that turns the rule on.
func (b *browser) wantShut(want bool) {
	b.t.Helper()
	if got := ask(b, "look at the button", chromedp.Evaluate[bool](`document.querySelector("#enable-rule").disabled`)); got != want {
		b.t.Errorf("the button is disabled: %t, want %t", got, want)
	}
}
