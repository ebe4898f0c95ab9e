package views_test

import (
	"strings"
	"testing"
)

// TestUnitsThatWereDisabledSaySo on each of their pages, with what is left in them.
func TestUnitsThatWereDisabledSaySo(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"unit-disabled":   "off since 23 Nov 2026, 08:52 UTC 1,238 files remain, the last is deleted on 5 Dec 2026, 09:52 UTC. 2 files on hold stay until they are released. Rules place nothing until it is enabled. Enable SEA",
		"rules-off":       "off since 23 Nov 2026, 08:52 UTC 1 file remains, and is deleted on 5 Dec 2026, 09:52 UTC. Rules place nothing until it is enabled. Enable SEA",
		"rules-never-on":  "off Rules place nothing until it is enabled. Enable SEA",
		"credentials-off": "off since 23 Nov 2026, 08:52 UTC Rules place nothing until it is enabled. Enable SEA",
	} {
		note := find(t, name).Find("main > .notice .note")
		got := note.Find("strong").Text() + " " + note.Find("p").Text() + " " + strings.TrimSpace(note.Find("button").Text())
		if got != "Secure External Access is "+want {
			t.Errorf("%s says %q", name, got)
		}
		if note.Find(`form[method=post][action$="/enable"] button:not([disabled])`).Length() != 1 {
			t.Errorf("%s enables nothing", name)
		}
	}
	for _, name := range []string{"unit", "unit-off", "unit-enabling", "rules"} {
		if find(t, name).Find("main > .notice").Length() != 0 {
			t.Errorf("%s says that SEA is off", name)
		}
	}
	if find(t, "unit-disabled").Find(".tile").Length() != 4 {
		t.Error("the tiles are gone")
	}
	if href := find(t, "credentials-off").Find(".denied a").AttrOr("href", ""); href != home+"/settings#enable" {
		t.Errorf("to enabling leads %q", href)
	}
}

func TestTheChecklistResumesRatherThanCreates(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"unit-set-up": "Create a rule", "unit-resume": "Resume a rule"} {
		if got := find(t, name).Find(".checklist li:nth-child(3) strong").Text(); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if text := find(t, "unit-resume").Find(".checklist li:nth-child(3) p").Text(); text != "3 rules are paused, so nothing is placed." {
		t.Errorf("it says %q", text)
	}
}
