package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const encryptionPage = settingsPage + "/encryption"

func TestAKeyIsChosenDisabledAndEnabled(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	version := func() string { return itoa(p.settings().LockVersion) }
	system := c.get(encryptionPage).doc(t).Find("[data-field=key-arn]").First().Text()
	if !strings.HasPrefix(system, "arn:aws:kms:") {
		t.Fatalf("the system-generated key is %q", system)
	}
	if a := c.post(encryptionPage, url.Values{"use": {"new"}, "lock_version": {version()}}); a.status != http.StatusSeeOther || a.header.Get("Location") != encryptionPage {
		t.Fatalf("answers %d to %s", a.status, a.header.Get("Location"))
	}
	own := p.settings().CustomKeyARN
	page := c.get(encryptionPage)
	if !strings.Contains(page.body, "The key is saved.") || page.doc(t).Find("[data-field=key-arn]").First().Text() != own || own == "" {
		t.Errorf("the page does not show the custom key %q", own)
	}
	if !strings.Contains(c.get(settingsPage).doc(t).Find("main").Text(), "Custom key") {
		t.Error("the settings do not tell of it")
	}
	disable := encryptionPage + "/disable"
	ask := c.get(disable + "?" + url.Values{"key": {own}}.Encode())
	if ask.status != http.StatusOK || !strings.Contains(ask.body, "New files cannot be placed while it is disabled.") {
		t.Errorf("asks with %d", ask.status)
	}
	if a := c.post(disable, url.Values{"key": {own}, "confirm": {"yes"}}); a.status != http.StatusUnprocessableEntity || a.doc(t).Find("[name=confirm]").AttrOr("value", "") != "yes" {
		t.Errorf("unconfirmed it answers %d", a.status)
	}
	if a := c.post(disable, url.Values{"key": {own}, "confirm": {"emea"}}); a.status != http.StatusSeeOther {
		t.Errorf("confirmed it answers %d", a.status)
	}
	if text := c.get(encryptionPage).doc(t).Find("main").Text(); !strings.Contains(text, "Nothing can be placed") || !strings.Contains(text, "Disabled") {
		t.Error("the page does not say what a disabled key means")
	}
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	p.place(id)
	p.execute("UPDATE placements SET key_arn = ?", own)
	if text := c.get("/business-units/emea/files/" + id).doc(t).Find("main").Text(); !strings.Contains(text, "its key is disabled") || !strings.Contains(text, own) {
		t.Error("a file's page does not say that its key is disabled")
	}
	if a := c.get(disable + "?" + url.Values{"key": {own}}.Encode()); a.status != http.StatusNotFound {
		t.Errorf("a disabled key can be disabled: %d", a.status)
	}
	if a := c.post(encryptionPage+"/enable", url.Values{"key": {own}}); a.status != http.StatusSeeOther {
		t.Errorf("enabling answers %d", a.status)
	}
	p.addUnit("apac")
	if a := c.post("/business-units/apac/settings/encryption/disable", url.Values{"key": {own}, "confirm": {"apac"}}); a.status != http.StatusNotFound {
		t.Errorf("another unit's key: %d", a.status)
	}
}

func TestARefusedKeyKeepsWhatWasTypedButNoMaterial(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	version := itoa(p.settings().LockVersion)
	for field, form := range map[string]url.Values{
		"arn":      {"use": {"arn"}, "arn": {"arn:aws:kms:nowhere<script>"}},
		"material": {"use": {"import"}, "material": {"c2VjcmV0IG1hdGVyaWFs"}},
		"use":      {"use": {"another"}},
	} {
		form.Set("lock_version", version)
		a := c.post(encryptionPage, form)
		input := a.doc(t).Find("[name=" + field + "][aria-invalid=true]")
		if a.status != http.StatusUnprocessableEntity || input.Length() != 1 {
			t.Errorf("%s: answers %d", field, a.status)
		}
		if field == "arn" && input.AttrOr("value", "") != form.Get("arn") {
			t.Errorf("it forgets %q", form.Get("arn"))
		}
		if strings.Contains(a.body, "c2VjcmV0") || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: the answer holds the material, or may be kept", field)
		}
	}
	stale := c.post(encryptionPage, url.Values{"use": {"new"}, "lock_version": {"99"}})
	if stale.status != http.StatusConflict || !strings.Contains(stale.body, "somebody else changed this business unit") || p.settings().CustomKeyARN != "" {
		t.Errorf("an old form answers %d", stale.status)
	}
	if got := stale.doc(t).Find("[name=use] option[selected]").AttrOr("value", ""); got != "new" {
		t.Errorf("an old form forgets its choice: %q", got)
	}
}
