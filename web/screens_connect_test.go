package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestConnectionGuideIsThereForEveryClient(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.signedIn("viewer@example.com")
	doc := c.get("/business-units/emea/connect").doc(t)
	links := doc.Find(`a[href^="/business-units/emea/connect/"]`)
	if links.Length() != 11 {
		t.Errorf("the guide leads to %d clients", links.Length())
	}
	for _, link := range links.Nodes {
		for _, attribute := range link.Attr {
			if attribute.Key != "href" {
				continue
			}
			if a := c.get(attribute.Val); a.status != http.StatusOK {
				t.Errorf("%s answers %d", attribute.Val, a.status)
			}
		}
	}
	for _, client := range []string{"nothing", "RCLONE", "..%2Fcredentials", "%00", "rclone%20"} {
		if a := c.get("/business-units/emea/connect/" + client); a.status != http.StatusNotFound {
			t.Errorf("the client %s answers %d", client, a.status)
		}
	}
	if a := c.get("/business-units/nowhere/connect/rclone"); a.status != http.StatusNotFound {
		t.Errorf("another unit answers %d", a.status)
	}
}

// TestAFormWithoutItsSealMakesNoFile sends what a browser sends long after the process ended that made the page.
func TestAFormWithoutItsSealMakesNoFile(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	before := p.count("history")
	at := "/business-units/emea/credentials/bundle"
	for name, form := range map[string]url.Values{
		"old":     {"sealed": {strings.Repeat("A", 100)}, "access_key_id": {"AKIA"}, "format": {"csv"}},
		"garbage": {"sealed": {"<b>\xff"}, "access_key_id": {"\x00"}, "format": {"csv"}},
		"nothing": {"format": {"csv"}},
	} {
		a := c.post(at, form)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "That page is too old to make files. Copy what it still shows, or generate a new set.") {
			t.Errorf("%s: answers %d", name, a.status)
		}
		if disposition := a.header.Get("Content-Disposition"); disposition != "" {
			t.Errorf("%s: it is saved as %s", name, disposition)
		}
	}
	if a := c.send(http.MethodPost, at, url.Values{"format": {"csv"}}, map[string]string{"HX-Request": "true"}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("htmx is answered with %d", a.status)
	}
	if p.count("history") != before {
		t.Error("the history tells of a file that nobody got")
	}
}
