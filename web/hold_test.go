package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestAFileIsHeldWithAReasonAndReleased(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	file := "/business-units/emea/files/" + id
	if c.get(file).doc(t).Find("[name=reason]").Length() != 0 {
		t.Error("a queued file can be put on hold")
	}
	p.place(id)
	for _, reason := range []string{"", "  \n", strings.Repeat("ü", 501)} {
		a := c.post(file+"/hold", url.Values{"reason": {reason}})
		if field := a.doc(t).Find("[name=reason][aria-invalid=true]"); a.status != http.StatusUnprocessableEntity || strings.TrimSpace(field.Text()) != strings.TrimSpace(reason) {
			t.Errorf("%d characters answer %d and keep %d", len(reason), a.status, len(field.Text()))
		}
	}
	if a := c.post(file+"/hold", url.Values{"reason": {"Evidence <b>in court"}}); a.status != http.StatusSeeOther || a.header.Get("Location") != file {
		t.Fatalf("answers %d to %s", a.status, a.header.Get("Location"))
	}
	page := c.get(file).doc(t)
	if text := page.Find("main").Text(); !strings.Contains(text, "Evidence <b>in court") || page.Find("main .badge.info").First().Text() != "On hold" || page.Find(`[action$="/release"]`).Length() != 1 {
		t.Errorf("the page shows %s", text)
	}
	list := c.get("/business-units/emea/files?status=held").doc(t).Find("tr[data-id]")
	if list.Length() != 1 || list.AttrOr("data-state", "") != "placed" || list.Find(".badge").Text() != "On hold" {
		t.Errorf("%d files on hold, %s", list.Length(), list.Text())
	}
	viewer := p.signedIn("viewer@example.com").get(file).doc(t)
	if viewer.Find(`[action$="/release"] button[disabled]`).Length() != 1 {
		t.Error("a viewer is not told that they may not release")
	}
	if a := c.post(file+"/hold", url.Values{"reason": {"again"}}); a.status != http.StatusConflict {
		t.Errorf("a second hold answers %d", a.status)
	}
	if a := c.post(file+"/release", nil); a.status != http.StatusSeeOther || c.get(file).doc(t).Find("[name=reason]").Length() != 1 {
		t.Errorf("the release answers %d", a.status)
	}
	if a := c.post(file+"/release", nil); a.status != http.StatusConflict {
		t.Errorf("a second release answers %d", a.status)
	}
}

func TestDeletionNamesFilesOnHoldAndSparesThem(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	p.place(id)
	if a := c.post("/business-units/emea/files/"+id+"/hold", url.Values{"reason": {"kept"}}); a.status != http.StatusSeeOther {
		t.Fatalf("answers %d", a.status)
	}
	asked := c.get("/business-units/emea/files/delete?id=" + id)
	if doc := asked.doc(t); doc.Find("main form input[name=id]").Length() != 0 || doc.Find(`main .keys-list a[href$="/files/`+id+`"]`).Length() != 1 {
		t.Error("the page offers to delete it, or does not lead to it")
	}
	a := c.post("/business-units/emea/files/delete", url.Values{"id": {id}})
	if a.status != http.StatusConflict || !strings.Contains(a.doc(t).Find("main .note").Text(), "is on hold. Release it before you delete it") {
		t.Errorf("answers %d", a.status)
	}
}

func TestFailedPlacementsAreCountedExplainedAndTriedAgain(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	p.addPlacements(3)
	if c.get("/business-units/emea/files").doc(t).Find(`[action$="/retry-failed"]`).Length() != 0 {
		t.Error("there is something to try again")
	}
	p.execute(`UPDATE placements SET state = 'failed', last_error = 'S3 refused: AccessDenied' WHERE id < 3`)
	all := c.get("/business-units/emea/files").doc(t)
	if text := all.Find("main .note").Text(); !strings.Contains(text, "2 placements failed") || !strings.Contains(text, "Retry all 2") || !strings.Contains(text, "Show them") {
		t.Errorf("the note says %s", text)
	}
	if n := all.Find("td .reason").Length(); n != 0 {
		t.Errorf("%d reasons beside files of any status", n)
	}
	failed := c.get("/business-units/emea/files?status=failed").doc(t)
	if n := failed.Find("td .reason").Length(); n != 2 {
		t.Errorf("%d reasons, want 2", n)
	}
	overview := c.get("/business-units/emea").doc(t)
	if overview.Find(`.attention a[href$="status=failed"]`).Length() != 1 {
		t.Error("the unit's overview does not lead to them")
	}
	if a := c.post("/business-units/emea/files/retry-failed", nil); a.status != http.StatusSeeOther {
		t.Errorf("answers %d", a.status)
	}
	if page := c.get("/business-units/emea/files"); !strings.Contains(page.body, "2 placements are tried again.") || page.doc(t).Find("tr[data-state=queued]").Length() != 3 {
		t.Error("they are not queued again")
	}
	if n := c.p.count("history WHERE action = 'file.retried'"); n != 2 {
		t.Errorf("%d retries in the history", n)
	}
	c.post("/business-units/emea/files/retry-failed", nil)
	if page := c.get("/business-units/emea/files"); !strings.Contains(page.body, "No placement had failed.") {
		t.Error("a second time it says the same")
	}
}
