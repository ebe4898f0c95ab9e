package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestProblemPagesTellPeopleWhatToDo(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	a := c.get("/business-units/nowhere")
	if doc := a.doc(t); !strings.Contains(doc.Find("main").Text(), "This page does not exist, or you may not see it.") {
		t.Error(doc.Find("main").Text())
	}
	if !strings.Contains(a.body, "/sign-out") {
		t.Error("the page lost the navigation")
	}
	if other := p.anonymous().get("/nowhere"); other.status != http.StatusNotFound || strings.Contains(other.body, "/sign-out") {
		t.Errorf("anonymous: %d", other.status)
	}
}

func TestFailuresAreLoggedOnceAndToldByReference(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	p.execute("ALTER TABLE history RENAME TO elsewhere")
	a := c.get("/history")
	id := a.header.Get("X-Request-Id")
	if a.status != http.StatusInternalServerError || !strings.Contains(a.body, id) {
		t.Errorf("answers %d, id %s", a.status, id)
	}
	for _, leak := range []string{"no such table", "SQL", "history:", "goroutine"} {
		if strings.Contains(a.doc(t).Find("main").Text(), leak) {
			t.Errorf("the page says %q", leak)
		}
	}
	log := p.log.String()
	if n := strings.Count(log, "no such table"); n != 1 {
		t.Errorf("logged %d times", n)
	}
	if !strings.Contains(log, id) {
		t.Error("the log does not name the request")
	}
}

func TestStorageFailuresSayNothingOfS3(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	nonce := c.get("/business-units/emea/credentials").doc(t).Find("input[name=nonce]").AttrOr("value", "")
	a := c.post("/business-units/emea/credentials", url.Values{"nonce": {nonce}})
	if a.status != http.StatusBadGateway {
		t.Errorf("answers %d\n%s", a.status, a.body)
	}
	for _, leak := range []string{"127.0.0.1:1", "dial", "RequestError", "operation error"} {
		if strings.Contains(a.doc(t).Find("main").Text(), leak) {
			t.Errorf("the page says %q", leak)
		}
	}
}

func TestHtmxGetsAPartInPlaceOfAPage(t *testing.T) {
	t.Parallel()
	p := start(t)
	htmx := map[string]string{"HX-Request": "true"}
	a := p.admin().send(http.MethodPost, "/business-units/nowhere/rules/preview", ruleForm(), htmx)
	if a.status != http.StatusNotFound || a.header.Get("HX-Retarget") != "#problem" || strings.Contains(a.body, "<html") {
		t.Errorf("answers %d %q\n%s", a.status, a.header.Get("HX-Retarget"), a.body)
	}
	if n := p.admin().get("/business-units/emea/rules/new").doc(t).Find("#problem").Length(); n != 1 {
		t.Errorf("%d places for it on the page", n)
	}
	a = p.anonymous().send(http.MethodPost, "/business-units/emea/rules/preview", ruleForm(), htmx)
	if a.status != http.StatusUnauthorized || !strings.HasPrefix(a.header.Get("HX-Redirect"), "/sign-in") {
		t.Errorf("answers %d %q", a.status, a.header.Get("HX-Redirect"))
	}
}

func TestSignInComesBackToThePageWhoseFormWasSent(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.anonymous()
	for referer, want := range map[string]string{
		p.url + "/business-units/emea/rules/new": "/sign-in?next=%2Fbusiness-units%2Femea%2Frules%2Fnew",
		"https://evil.example/x":                 "/sign-in",
		"":                                       "/sign-in",
	} {
		a := c.send(http.MethodPost, "/business-units/emea/rules", nil, map[string]string{"Referer": referer})
		if to := a.header.Get("Location"); to != want {
			t.Errorf("from %q to %q", referer, to)
		}
	}
}

func TestTooLargeAndUnreadableFormsAreRefused(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	if a := c.post("/business-units", url.Values{"name": {strings.Repeat("x", 2<<20)}}); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("2 MiB answer %d", a.status)
	}
	a := c.send(http.MethodPost, "/business-units", nil, map[string]string{"Content-Type": "multipart/form-data"})
	if a.status != http.StatusUnprocessableEntity {
		t.Errorf("a broken form answers %d", a.status)
	}
}

func TestAFullDiskIsSaidAndPagesStayReadable(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	p.execute("UPDATE sessions SET last_seen_at = datetime('now', '-2 hours')")
	p.execute("PRAGMA query_only = 1")
	for _, page := range []string{"/", "/business-units/emea/files", "/history"} {
		if a := c.get(page); a.status != http.StatusOK {
			t.Errorf("GET %s answers %d", page, a.status)
		}
	}
	a := c.post("/business-units", url.Values{"name": {"Asia"}, "slug": {"asia"}})
	if a.status != http.StatusInsufficientStorage || !strings.Contains(a.doc(t).Find("main").Text(), "The disk that holds the portal's database is full") {
		t.Errorf("answers %d\n%s", a.status, a.body)
	}
}

func TestASearchMayBeLongerThanAnyKey(t *testing.T) {
	t.Parallel()
	p := start(t)
	a := p.admin().get("/business-units/emea/files?q=" + strings.Repeat("x", 60_000))
	if a.status != http.StatusOK || !strings.Contains(a.body, "Clear filters") {
		t.Errorf("answers %d", a.status)
	}
}

func TestAFormThatWasSentBeforeShowsHowThingsStand(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	credentials := "/business-units/emea/credentials"
	nonce := c.get(credentials).doc(t).Find("input[name=nonce]").AttrOr("value", "")
	c.post(credentials, url.Values{"nonce": {nonce}}) // fails, since no IAM answers
	a := c.post(credentials, url.Values{"nonce": {nonce}})
	page := a.doc(t).Find("main")
	if a.status != http.StatusConflict || !strings.Contains(page.Text(), "This form was sent before") {
		t.Errorf("answers %d\n%s", a.status, page.Text())
	}
	if fresh := page.Find("input[name=nonce]").AttrOr("value", ""); fresh == nonce {
		t.Errorf("the form's nonce is %q again", fresh)
	}
}
