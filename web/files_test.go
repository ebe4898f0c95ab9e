package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// place makes a queued placement one that stands in SEA. Presigning asks no
// server, so downloads can be followed up to the redirect.
func (p *portal) place(placement string) {
	p.t.Helper()
	p.execute(`UPDATE placements SET state = 'placed', sea_key = key, content_type = 'audio/wav',
		placed_at = queued_at, expires_at = datetime(queued_at, '+30 days') WHERE id = ?`, placement)
}

func TestDownloadRedirectsToAPresignedURLAndIsCounted(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.signedIn("viewer@example.com")
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	download := "/business-units/emea/files/" + id + "/download"
	if a := c.get(download); a.status != http.StatusNotFound {
		t.Errorf("a queued file answers %d", a.status)
	}
	p.place(id)
	if a := c.send(http.MethodHead, download, nil, nil); a.status != http.StatusOK || p.count("downloads") != 0 {
		t.Errorf("HEAD answers %d and counts %d", a.status, p.count("downloads"))
	}
	a := c.get(download)
	to := a.header.Get("Location")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(to, nowhere+"/sea/emea/calls/") || !strings.Contains(to, "X-Amz-Expires=60") {
		t.Errorf("answers %d to %s", a.status, to)
	}
	if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Referrer-Policy") != "no-referrer" || p.count("downloads") != 1 {
		t.Errorf("header %v, %d downloads", a.header, p.count("downloads"))
	}
	if log := p.log.String(); strings.Contains(log, "X-Amz") {
		t.Error("the presigned URL is in the log")
	}
	if page := c.get("/business-units/emea/files/" + id); page.status != http.StatusOK || !strings.Contains(page.body, "Downloaded calls/") {
		t.Errorf("the file's page answers %d", page.status)
	}
}

func TestShareLinkFromFormToRedirect(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	p.place(id)
	links := "/business-units/emea/files/links"
	form := url.Values{"id": {id}, "lifetime": {"24h"}, "max_downloads": {"1"}, "pin": {"4711"}}
	for field, value := range map[string]string{"lifetime": "soon", "max_downloads": "-1", "pin": "1"} {
		bad := url.Values{"id": {id}, "lifetime": {"24h"}, "max_downloads": {"5"}, "pin": {"4711"}}
		bad.Set(field, value)
		a := c.post(links, bad)
		if a.status != http.StatusUnprocessableEntity || a.doc(t).Find("[name="+field+"][aria-invalid=true]").Length() != 1 {
			t.Errorf("%s=%s answers %d", field, value, a.status)
		}
	}
	a := c.post(links, form)
	shown := a.doc(t).Find("[data-field=link]")
	link := strings.TrimPrefix(shown.AttrOr("value", shown.Text()), p.url)
	if a.status != http.StatusOK || !strings.HasPrefix(link, "/d/") || a.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("answers %d, link %q", a.status, link)
	}
	if list := c.get("/business-units/emea/links"); list.status != http.StatusOK || strings.Contains(list.body, link) {
		t.Errorf("the list answers %d or shows the link again", list.status)
	}
	partner := p.anonymous()
	page := partner.get(link)
	if page.status != http.StatusOK || !strings.Contains(page.header.Get("Content-Security-Policy"), "form-action 'self' "+nowhere+";") {
		t.Errorf("the link answers %d, policy %s", page.status, page.header.Get("Content-Security-Policy"))
	}
	if a := partner.post(link, url.Values{"pin": {"0000"}}); a.status != http.StatusUnprocessableEntity || a.doc(t).Find("[name=pin][aria-invalid=true]").Length() != 1 {
		t.Errorf("a wrong PIN answers %d", a.status)
	}
	if a := partner.post(link, url.Values{"pin": {"4711"}}); a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), nowhere+"/sea/") {
		t.Errorf("the PIN answers %d to %s", a.status, a.header.Get("Location"))
	}
	used, never := partner.get(link), partner.get("/d/never-was")
	if used.status != http.StatusNotFound || never.status != http.StatusNotFound || used.body != never.body {
		t.Errorf("a used link answers %d, one that never was %d", used.status, never.status)
	}
}

func TestDeletionAsksFirst(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	p.place(id)
	page := c.get("/business-units/emea/files/delete?id=" + id).doc(t)
	if page.Find("form input[name=id]").AttrOr("value", "") != id {
		t.Error("the form does not carry the file")
	}
	if a := c.post("/business-units/emea/files/delete", nil); a.status != http.StatusUnprocessableEntity {
		t.Errorf("no file answers %d", a.status)
	}
	if a := c.post("/business-units/emea/files/delete", url.Values{"id": {id, "x"}}); a.status != http.StatusNotFound {
		t.Errorf("no number answers %d", a.status)
	}
}
