package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seaportal/models"
)

// changes are every request that changes something, with the right that it
// asks for: a for administrators only, all of them today.
var changes = []string{
	"/settings/rates", "/settings/rates/1/withdraw", "/system/rights",
	"/business-units", "/business-units/emea/enable", "/business-units/emea/disable", "/business-units/emea/run",
	"/business-units/emea/settings", "/business-units/emea/credentials", "/business-units/emea/credentials/regenerate",
	"/business-units/emea/credentials/revoke", "/business-units/emea/credentials/acknowledge", "/business-units/emea/credentials/bundle",
	"/business-units/emea/credentials/test", "/business-units/emea/settings/addresses",
	"/business-units/emea/settings/encryption", "/business-units/emea/settings/encryption/disable", "/business-units/emea/settings/encryption/enable",
	"/business-units/emea/rules", "/business-units/emea/rules/preview", "/business-units/emea/rules/1",
	"/business-units/emea/rules/1/pause", "/business-units/emea/rules/1/resume", "/business-units/emea/rules/1/raise", "/business-units/emea/rules/1/delete",
	"/business-units/emea/files/delete", "/business-units/emea/files/1/retry",
	"/business-units/emea/files/1/hold", "/business-units/emea/files/1/release", "/business-units/emea/files/retry-failed",
	"/business-units/emea/files/links", "/business-units/emea/links/1/revoke", "/business-units/emea/links/1/extend",
	"/business-units/emea/links/revoke", "/business-units/emea/files/1/presigned",
}

var pages = []string{
	"/", "/history", "/business-units", "/business-units/emea", "/business-units/emea/settings",
	"/business-units/emea/strangers", "/unfetched", "/business-units/emea/unfetched", "/usage", "/business-units/emea/usage",
	"/business-units/emea/history", "/business-units/emea/credentials", "/business-units/emea/credentials/regenerate",
	"/business-units/emea/credentials/revoke", "/business-units/emea/connect", "/business-units/emea/connect/rclone",
	"/business-units/emea/credentials/test", "/business-units/emea/settings/encryption",
	"/business-units/emea/rules",
	"/business-units/emea/simulate", "/business-units/emea/catalogue",
	"/business-units/emea/files", "/business-units/emea/files/delete", "/business-units/emea/links",
	"/business-units/emea/links/revoke",
}

// editing are pages that somebody who changes nothing has no use of.
var editing = []string{"/system", "/settings", "/business-units/new", "/business-units/emea/rules/new"}

func TestAnonymousIsSentToSignIn(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.anonymous()
	for _, page := range append(append([]string{}, pages...), editing...) {
		a := c.get(page)
		want := "/sign-in?next=" + url.QueryEscape(page)
		if page == "/" {
			want = "/sign-in"
		}
		if to := a.header.Get("Location"); a.status != http.StatusSeeOther || to != want {
			t.Errorf("GET %s answers %d to %q", page, a.status, to)
		}
	}
	for _, change := range append([]string{"/business-units/nowhere/rules"}, changes...) {
		a := c.post(change, nil)
		if to := a.header.Get("Location"); a.status != http.StatusSeeOther || to != "/sign-in" {
			t.Errorf("POST %s answers %d to %q", change, a.status, to)
		}
	}
}

func TestViewersSeePagesAndChangeNothing(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.addSet(models.CredentialActive, "AKIAEXAMPLE0000000KEY") // else there is nothing to regenerate or to revoke
	c := p.signedIn("viewer@example.com")
	for _, page := range pages {
		if a := c.get(page); a.status != http.StatusOK || !strings.Contains(a.body, "/sign-out") {
			t.Errorf("GET %s answers %d", page, a.status)
		}
	}
	rule := "/business-units/emea/rules/" + p.addRule(p.unit)
	for _, page := range append([]string{rule + "/edit", rule + "/delete"}, editing...) {
		if a := c.get(page); a.status != http.StatusForbidden {
			t.Errorf("GET %s answers %d", page, a.status)
		}
	}
	before := p.count("history")
	for _, change := range changes {
		a := c.post(change, url.Values{"confirm": {"emea"}, "id": {"1"}})
		if a.status != http.StatusForbidden || !strings.Contains(a.body, "You need the permission") {
			t.Errorf("POST %s answers %d", change, a.status)
		}
	}
	if after := p.count("history"); after != before {
		t.Error("something changed")
	}
}

func TestAdministratorsPassEveryGuard(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.addSet(models.CredentialActive, "AKIAEXAMPLE0000000KEY") // else there is nothing to regenerate or to revoke
	c := p.admin()
	for _, page := range append(append([]string{}, pages...), editing...) {
		if a := c.get(page); a.status != http.StatusOK || !strings.Contains(a.body, "/sign-out") {
			t.Errorf("GET %s answers %d", page, a.status)
		}
		if a := c.send(http.MethodHead, page, nil, nil); a.status != http.StatusOK || a.body != "" {
			t.Errorf("HEAD %s answers %d, %d bytes", page, a.status, len(a.body))
		}
		if a := c.get(page + "/"); page != "/" && a.status != http.StatusOK {
			t.Errorf("GET %s/ answers %d", page, a.status)
		}
	}
	for _, change := range changes {
		if a := c.post(change, nil); a.status == http.StatusForbidden || a.status == http.StatusInternalServerError {
			t.Errorf("POST %s answers %d\n%s", change, a.status, a.body)
		}
	}
}

func TestUnknownUnitIsNotFoundWhateverOneMay(t *testing.T) {
	t.Parallel()
	p := start(t)
	for _, who := range []string{"admin@example.com", "viewer@example.com"} {
		c := p.signedIn(who)
		for _, slug := range []string{"nowhere", "EMEA", "..%2Femea", "%00", "%FF", "emea%20"} {
			if a := c.get("/business-units/" + slug + "/files"); a.status != http.StatusNotFound {
				t.Errorf("GET of unit %s answers %s %d", slug, who, a.status)
			}
			if a := c.post("/business-units/"+slug+"/rules", nil); a.status != http.StatusNotFound {
				t.Errorf("POST to unit %s answers %s %d", slug, who, a.status)
			}
		}
	}
}

func TestWhatAnotherUnitOwnsIsNotFound(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	other := p.addUnit("apac")
	rule := p.addRule(other)
	placement := p.addPlacement(other, rule)
	file := p.count("files")
	own := "/business-units/apac"
	p.place(placement)
	if a := c.post(own+"/files/links", url.Values{"id": {placement}}); a.status != http.StatusOK {
		t.Fatalf("a link answers %d", a.status)
	}
	if a := c.get("/business-units/emea/files/zip?id=" + placement); a.status != http.StatusNotFound {
		t.Errorf("its ZIP answers %d", a.status)
	}
	for _, page := range []string{
		"/rules/" + rule, "/rules/" + rule + "/edit", "/rules/" + rule + "/delete", "/rules/" + rule + "/versions",
		"/files/" + placement, "/catalogue?after=" + itoa(file),
		"/files/links?id=" + placement, "/files/" + placement + "/presigned", "/links/1", "/files/delete?id=" + placement, "/catalogue/" + itoa(file),
		"/files/manifest?format=csv&id=" + placement, "/files/" + placement + "/download",
	} {
		if a := c.get(own + page); a.status != http.StatusOK && a.status != http.StatusSeeOther {
			t.Errorf("GET %s of its unit answers %d", page, a.status)
		}
		a, never := c.get("/business-units/emea"+page), c.get("/business-units/emea"+strings.NewReplacer(rule, "999999", placement, "999999").Replace(page))
		if a.status != http.StatusNotFound || never.status != http.StatusNotFound {
			t.Errorf("GET %s answers %d, one that never was %d", page, a.status, never.status)
		}
	}
	for _, change := range []string{
		"/rules/" + rule, "/rules/" + rule + "/pause", "/rules/" + rule + "/resume", "/rules/" + rule + "/raise", "/rules/" + rule + "/delete",
		"/files/" + placement + "/retry", "/files/" + placement + "/hold", "/files/" + placement + "/release", "/files/delete", "/files/links",
		"/files/" + placement + "/presigned", "/links/1/revoke", "/links/1/extend", "/links/revoke",
	} {
		form := url.Values{"id": {placement}, "file": {placement}, "confirm": {"emea"}, "reason": {"kept"}, "lock_version": {"1"}}
		if a := c.post("/business-units/emea"+change, form); a.status != http.StatusNotFound {
			t.Errorf("POST %s answers %d", change, a.status)
		}
	}
}
