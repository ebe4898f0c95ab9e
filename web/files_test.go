package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// place makes a queued placement one that stands in SEA. Presigning asks no
// server, so downloads can be followed up to the redirect.
func (p *portal) place(placement string) {
	p.t.Helper()
	p.execute(`UPDATE placements SET state = 'placed', sea_key = key, content_type = 'audio/wav',
		placed_at = queued_at, expires_at = strftime('%Y-%m-%d %H:%M:%S+00:00', queued_at, '+30 days') WHERE id = ?`, placement)
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
	form := url.Values{"id": {id}, "lifetime": {"24h"}, "max_downloads": {"1"}, "pin": {"471108151623"}}
	for field, value := range map[string]string{"lifetime": "soon", "max_downloads": "-1", "pin": "1"} {
		bad := url.Values{"id": {id}, "lifetime": {"24h"}, "max_downloads": {"5"}, "pin": {"471108151623"}}
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
	for from, a := range map[string]answer{"issuer": c.postFrom(a, links, nil), "partner": partner.postFrom(page, link, nil)} {
		if a.status == http.StatusForbidden {
			t.Errorf("the form of the %s is refused as another site's", from)
		}
	}
	if page.status != http.StatusOK || !strings.Contains(page.header.Get("Content-Security-Policy"), "form-action 'self' "+nowhere+";") {
		t.Errorf("the link answers %d, policy %s", page.status, page.header.Get("Content-Security-Policy"))
	}
	if a := partner.post(link, url.Values{"pin": {"0000"}}); a.status != http.StatusUnprocessableEntity || a.doc(t).Find("[name=pin][aria-invalid=true]").Length() != 1 {
		t.Errorf("a wrong PIN answers %d", a.status)
	}
	given := partner.post(link, url.Values{"pin": {" 471108151623 "}}) // as it is copied from a message
	to := given.header.Get("Location")
	if given.status != http.StatusSeeOther || !strings.HasPrefix(to, p.url+link+"/") {
		t.Fatalf("the PIN answers %d to %s", given.status, to)
	}
	fetched := strings.TrimPrefix(to, p.url)
	head := partner.send(http.MethodHead, fetched, nil, nil)
	if head.status != http.StatusOK || !strings.HasPrefix(head.header.Get("Content-Disposition"), "attachment; ") || head.header.Get("Content-Length") != "5" {
		t.Errorf("HEAD of the download answers %d %v", head.status, head.header)
	}
	if a := partner.get(fetched); a.status != http.StatusBadGateway || a.header.Get("Content-Disposition") != "" || strings.Contains(a.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("with S3 away the download answers %d %v", a.status, a.header)
	}
	if cookies := strings.Join(page.header.Values("Set-Cookie"), "") + strings.Join(given.header.Values("Set-Cookie"), ""); cookies != "" {
		t.Errorf("the partner got a cookie: %s", cookies)
	}
	ask := "/business-units/emea/links/1/revoke"
	if form := c.get("/business-units/emea/links").doc(t).Find("tbody form"); form.Length() != 0 {
		t.Error("a link is revoked without a question")
	}
	if form := c.get(ask).doc(t).Find(`form[method=post][action="` + ask + `"] button[type=submit]`); form.Length() != 1 {
		t.Error("nothing asks before a link is revoked")
	}
	if a := c.post(ask, nil); a.status != http.StatusSeeOther {
		t.Fatalf("revoking answers %d", a.status)
	}
	if a := c.get(ask); a.status != http.StatusSeeOther || a.header.Get("Location") != "/business-units/emea/links/1" {
		t.Errorf("of a revoked link it asks %d", a.status)
	}
	never := partner.get("/d/never-was")
	for path, a := range map[string]answer{"GET": partner.get(link), "POST": partner.post(link, url.Values{"pin": {"471108151623"}}), "download": partner.get(fetched)} {
		if a.status != http.StatusNotFound || never.status != http.StatusNotFound || a.body != never.body {
			t.Errorf("%s of a revoked link answers %d, one that never was %d", path, a.status, never.status)
		}
	}
	if log := p.log.String(); strings.Contains(log, strings.TrimPrefix(link, "/d/")) || strings.Contains(log, "471108151623") {
		t.Error("the token or the PIN is in the log")
	}
}

func TestALinkWithoutALimitRedirectsToS3(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	p.place(id)
	a := c.post("/business-units/emea/files/links", url.Values{"id": {id}, "lifetime": {"7d"}})
	link := strings.TrimPrefix(a.doc(t).Find("[data-field=link]").Text(), p.url)
	if a := p.anonymous().post(link, nil); a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), nowhere+"/sea/") {
		t.Errorf("the link answers %d to %s", a.status, a.header.Get("Location"))
	}
	page := c.get("/business-units/emea/links/1")
	if page.status != http.StatusOK || !strings.Contains(page.doc(t).Find("main").Text(), "1 time") {
		t.Errorf("the link's page answers %d", page.status)
	}
	if a := c.post("/business-units/emea/links/1/extend", url.Values{"lifetime": {"never"}}); a.status != http.StatusUnprocessableEntity || a.doc(t).Find("[name=lifetime][aria-invalid=true]").Length() != 1 {
		t.Errorf("a lifetime that is none answers %d", a.status)
	}
	for range 2 { // the second one changes nothing
		if a := c.post("/business-units/emea/links/1/extend", url.Values{"lifetime": {"other"}, "lifetime_other": {"20d"}}); a.status != http.StatusSeeOther {
			t.Errorf("extending answers %d", a.status)
		}
	}
	if n := p.countWhere("history", "action = 'link.extended'"); n != 1 {
		t.Errorf("extended %d times", n)
	}
	if a := c.post("/business-units/emea/links/revoke", url.Values{"confirm": {"other"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("revoking all without the slug answers %d", a.status)
	}
	for range 2 {
		if a := c.post("/business-units/emea/links/revoke", url.Values{"confirm": {"emea"}}); a.status != http.StatusSeeOther {
			t.Errorf("revoking all answers %d", a.status)
		}
	}
	if a := c.post("/business-units/emea/links/1/extend", url.Values{"lifetime": {"7d"}}); a.status != http.StatusConflict {
		t.Errorf("extending what is over answers %d", a.status)
	}
	if rows := c.get("/business-units/emea/links?state=live").doc(t).Find("tr[data-id]").Length(); rows != 0 {
		t.Errorf("%d links are live", rows)
	}
}

func TestALinkFormThatIsSentTwiceMakesOneLink(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	p.place(id)
	links := "/business-units/emea/files/links"
	form := c.get(links + "?id=" + id).doc(t).Find("main form")
	sent := url.Values{}
	form.Find("input, select").Each(func(_ int, field *goquery.Selection) {
		value := field.AttrOr("value", field.Find("option[selected]").AttrOr("value", ""))
		sent.Add(field.AttrOr("name", ""), value)
	})
	for _, want := range []int{http.StatusOK, http.StatusConflict} {
		if a := c.post(links, sent); a.status != want {
			t.Errorf("answers %d, want %d", a.status, want)
		}
	}
	sent.Set("nonce", "made-up")
	if a := c.post(links, sent); a.status != http.StatusConflict || p.count("links") != 1 {
		t.Errorf("a nonce that never was answers %d; %d links", a.status, p.count("links"))
	}
	sent.Del("nonce") // a script
	if a := c.post(links, sent); a.status != http.StatusOK {
		t.Errorf("without a nonce it answers %d", a.status)
	}
}

func TestPresignedURLIsShownOnceAndRecordedWithoutIt(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	form := "/business-units/emea/files/" + id + "/presigned"
	if a := c.get(form); a.status != http.StatusNotFound {
		t.Errorf("of a queued file answers %d", a.status)
	}
	p.place(id)
	if a := c.post(form, url.Values{"lifetime": {"8d"}}); a.status != http.StatusUnprocessableEntity || a.doc(t).Find("[name=lifetime][aria-invalid=true]").Length() != 1 {
		t.Errorf("8 days answer %d", a.status)
	}
	sent := url.Values{"lifetime": {"7d"}, "nonce": {c.get(form).doc(t).Find("[name=nonce]").AttrOr("value", "")}}
	a := c.post(form, sent)
	if again := c.post(form, sent); again.status != http.StatusConflict || strings.Contains(again.body, "X-Amz") {
		t.Errorf("sent twice it answers %d", again.status)
	}
	shown := a.doc(t).Find("[data-field=presigned-url]").Text()
	if a.status != http.StatusOK || !strings.HasPrefix(shown, nowhere+"/sea/emea/") || !strings.Contains(shown, "X-Amz-Expires=60") || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("answers %d with %s", a.status, shown)
	}
	if n := p.countWhere("history", "action = 'file.presigned' AND details NOT LIKE '%X-Amz%' AND summary NOT LIKE '%X-Amz%'"); n != 1 {
		t.Errorf("recorded %d times", n)
	}
	if text := c.get("/business-units/emea/settings").doc(t).Find("form[action$='/disable']").Text(); !strings.Contains(text, "Presigned URLs for scripts work on") {
		t.Errorf("who disables SEA is not told that it goes on: %s", text)
	}
	if log := p.log.String(); strings.Contains(log, "X-Amz") {
		t.Error("the presigned URL is in the log")
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

// TestAPINThatIsNotKeptIsAskedForAgain: a field that came back empty looks like a wish for none.
func TestAPINThatIsNotKeptIsAskedForAgain(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	id := p.addPlacement(p.unit, p.addRule(p.unit))
	p.place(id)
	for pin, want := range map[string]string{"": "", "123": "Use 4 to 64 characters, or leave it empty for no PIN. What was typed is not kept.", "471108151623": "Enter the PIN again: it is not kept."} {
		a := c.post("/business-units/emea/files/links", url.Values{"id": {id}, "lifetime": {"x"}, "pin": {pin}})
		if pin == "123" {
			a = c.post("/business-units/emea/files/links", url.Values{"id": {id}, "lifetime": {"24h"}, "pin": {pin}})
		}
		field := a.doc(t).Find("[name=pin]")
		said := strings.TrimSpace(a.doc(t).Find("#f-pin-error").Text())
		if a.status != http.StatusUnprocessableEntity || field.AttrOr("value", "") != "" || said != want {
			t.Errorf("with the PIN %q it says %q", pin, said)
		}
	}
}

// TestAPageThatNothingIsLeftOfLeadsToTheFirst asks for what lies after the oldest
// file.
func TestAPageThatNothingIsLeftOfLeadsToTheFirst(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.addPlacements(1)
	main := p.admin().get("/business-units/emea/files?status=queued&after=1").doc(t).Find("main")
	if text := texts(main); strings.Contains(text, "No files in SEA yet") || !strings.Contains(text, "No files on this page any more") {
		t.Errorf("it says %s", text)
	}
	if main.Find(`a[href="/business-units/emea/files?status=queued"]`).Length() != 1 {
		t.Error("no way to the first page")
	}
}

func TestWhatAKeepRuleKeepsDoesNotWait(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.addFile(p.unit, "a.wav")
	id := p.addRule(p.unit)
	p.execute("UPDATE rules SET action = 'keep'")
	p.execute("UPDATE files SET rule_id = " + id)
	c := p.admin()
	page := "/business-units/emea/rules/" + id
	if text := texts(c.get(page).doc(t).Find("main")); !strings.Contains(text, "Kept out of SEA") || strings.Contains(text, "Waiting") {
		t.Errorf("the rule's page says %s", text)
	}
	if text := texts(c.get(page + "/delete").doc(t).Find("main")); strings.Contains(text, "never be placed") || !strings.Contains(text, "stays in active storage as before") {
		t.Errorf("the question says %s", text)
	}
}
