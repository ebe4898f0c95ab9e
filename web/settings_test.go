package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seaportal/models"
)

const settingsPage = "/business-units/emea/settings"

// settings reads the unit as the database has it.
func (p *portal) settings() models.BusinessUnit {
	p.t.Helper()
	unit, err := p.store.UnitByID(p.t.Context(), p.unit.ID)
	if err != nil {
		p.t.Fatal(err)
	}
	return unit
}

func TestSettingsAreSavedAndSaySo(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	form := url.Values{"daily_limit": {" 500 "}, "lock_version": {itoa(p.settings().LockVersion)}}
	if a := c.post(settingsPage, form); a.status != http.StatusSeeOther || a.header.Get("Location") != settingsPage {
		t.Fatalf("answers %d to %s", a.status, a.header.Get("Location"))
	}
	page := c.get(settingsPage)
	doc := page.doc(t)
	if !strings.Contains(page.body, "The settings are saved.") || strings.Contains(page.body, "within the hour") {
		t.Error("the page does not say that the settings are saved, or too much")
	}
	if got := doc.Find("[name=daily_limit]").AttrOr("value", ""); got != "500" || p.settings().DailyLimit != 500 {
		t.Errorf("the limit is %q on the page and %d in the database", got, p.settings().DailyLimit)
	}
	form = url.Values{"folder_marker": {"yes"}, "lock_version": {doc.Find("[name=lock_version]").AttrOr("value", "")}}
	if a := c.post(settingsPage, form); a.status != http.StatusSeeOther {
		t.Fatalf("answers %d", a.status)
	}
	if page := c.get(settingsPage); !strings.Contains(page.body, "the folder marker follows within the hour") {
		t.Error("the page does not say that S3 did not answer")
	}
	if unit := p.settings(); unit.DailyLimit != 0 || !unit.FolderMarker {
		t.Errorf("limit %d, marker %v", unit.DailyLimit, unit.FolderMarker)
	}
}

func TestRefusedSettingsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	for _, limit := range []string{"-1", "many", "1e3", "100000001", "99999999999999999999"} {
		form := url.Values{"daily_limit": {limit}, "folder_marker": {"yes"}, "lock_version": {itoa(p.settings().LockVersion)}}
		a := c.post(settingsPage, form)
		field := a.doc(t).Find("[name=daily_limit][aria-invalid=true]")
		if a.status != http.StatusUnprocessableEntity || field.AttrOr("value", "") != limit {
			t.Errorf("%s answers %d and keeps %q", limit, a.status, field.AttrOr("value", ""))
		}
		if a.doc(t).Find("[name=folder_marker][checked]").Length() != 1 {
			t.Errorf("%s forgets the box", limit)
		}
	}
	if unit := p.settings(); unit.DailyLimit != 0 || unit.FolderMarker {
		t.Error("refused settings were saved")
	}
}

func TestStaleSettingsShowTheirsAndKeepMine(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	mine := url.Values{"daily_limit": {"7"}, "folder_marker": {"yes"}, "lock_version": {itoa(p.settings().LockVersion)}}
	theirs := url.Values{"daily_limit": {"1200"}, "lock_version": mine["lock_version"]}
	if a := c.post(settingsPage, theirs); a.status != http.StatusSeeOther {
		t.Fatalf("answers %d", a.status)
	}
	a := c.post(settingsPage, mine)
	doc := a.doc(t)
	if a.status != http.StatusConflict || !strings.Contains(a.body, "a daily limit of 1,200 files and no folder marker") {
		t.Errorf("answers %d\n%s", a.status, doc.Find("main .note").Text())
	}
	if doc.Find("[name=daily_limit]").AttrOr("value", "") != "7" || doc.Find("[name=folder_marker][checked]").Length() != 1 {
		t.Error("what was typed is lost")
	}
	mine.Set("lock_version", doc.Find("[name=lock_version]").AttrOr("value", ""))
	if a := c.post(settingsPage, mine); a.status != http.StatusSeeOther || p.settings().DailyLimit != 7 {
		t.Errorf("saved again it answers %d, limit %d", a.status, p.settings().DailyLimit)
	}
	for _, version := range []string{"", "x"} {
		mine.Set("lock_version", version)
		if a := c.post(settingsPage, mine); a.status != http.StatusConflict {
			t.Errorf("version %q answers %d", version, a.status)
		}
	}
}
