package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// portal is a person at the portal without a browser: forms, cookies, and no redirect followed unseen.
type portal struct {
	t    *testing.T
	base string
	http *http.Client
	// signer is who the portal's certificate comes from; nil: it speaks HTTP.
	signer *authority
}

// page is one answer of the portal.
type page struct {
	t      *testing.T
	Path   string
	Status int
	Header http.Header
	Body   string
	Doc    *goquery.Document
}

// row is one file in a list.
type row struct{ ID, Key, State string }

func newPortal(t *testing.T, base string) *portal {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatalf("make a cookie jar: %v", err)
	}
	return &portal{t: t, base: base, http: &http.Client{
		Jar: jar, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (p *portal) get(path string) *page {
	p.t.Helper()
	return p.do(http.MethodGet, path, nil)
}

func (p *portal) post(path string, form url.Values) *page {
	p.t.Helper()
	return p.do(http.MethodPost, path, form)
}

func (p *portal) do(method, path string, form url.Values) *page {
	p.t.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = p.base + path
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := p.http.Do(req)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatalf("read %s %s: %v", method, path, err)
	}
	out := &page{t: p.t, Path: method + " " + path, Status: res.StatusCode, Header: res.Header, Body: string(body)}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		if out.Doc, err = goquery.NewDocumentFromReader(strings.NewReader(out.Body)); err != nil {
			p.t.Fatalf("parse %s %s: %v", method, path, err)
		}
	}
	return out
}

func (p *portal) signIn(email, password string) {
	p.t.Helper()
	p.post("/sign-in", url.Values{"email": {email}, "password": {password}}).want(http.StatusSeeOther)
	p.get("/").want(http.StatusOK)
}

// createUnit makes a business unit with SEA enabled.
func (p *portal) createUnit(name, slug string) {
	p.t.Helper()
	made := p.post("/business-units", url.Values{"name": {name}, "slug": {slug}}).want(http.StatusSeeOther)
	if to := made.Header.Get("Location"); !strings.HasSuffix(to, unitPath(slug)) {
		p.t.Errorf("a created unit leads to %q", to)
	}
	p.post(unitPath(slug, "enable"), nil).want(http.StatusSeeOther)
}

// generate issues credentials by the form, and reads them off the page that shows them once.
func (p *portal) generate(slug string) account {
	p.t.Helper()
	nonce := p.get(unitPath(slug, "credentials")).want(http.StatusOK).nonce()
	set := p.post(unitPath(slug, "credentials"), url.Values{"nonce": {nonce}}).want(http.StatusOK).credentials()
	set.signer = p.signer
	return set
}

// regenerate replaces the credentials by the form.
func (p *portal) regenerate(slug string) account {
	p.t.Helper()
	page := unitPath(slug, "credentials", "regenerate")
	form := url.Values{"nonce": {p.get(page).want(http.StatusOK).nonce()}, "confirm": {slug}}
	set := p.post(page, form).want(http.StatusOK).credentials()
	set.signer = p.signer
	return set
}

// files follows a list to its last page.
func (p *portal) files(slug, status string) []row {
	p.t.Helper()
	var rows []row
	next := unitPath(slug, "files") + "?status=" + status
	for range 100 {
		list := p.get(next).want(http.StatusOK)
		list.Doc.Find("[data-id][data-key]").Each(func(_ int, s *goquery.Selection) {
			rows = append(rows, row{s.AttrOr("data-id", ""), s.AttrOr("data-key", ""), s.AttrOr("data-state", "")})
		})
		href, more := list.Doc.Find(`a[rel="next"]`).Attr("href")
		if !more {
			return rows
		}
		next = list.resolve(href)
	}
	p.t.Fatalf("the list of %s has no end", slug)
	return nil
}

// keys are the keys of the files with a status, as a set.
func (p *portal) keys(slug, status string) map[string]row {
	p.t.Helper()
	out := map[string]row{}
	for _, r := range p.files(slug, status) {
		if _, twice := out[r.Key]; twice {
			p.t.Errorf("%s stands twice in the list of %s files", r.Key, status)
		}
		out[r.Key] = r
	}
	return out
}

// run asks for a scan, and for what follows from it.
func (p *portal) run(slug string) {
	p.t.Helper()
	p.post(unitPath(slug, "run"), nil).want(http.StatusSeeOther)
}

// waitPlaced runs the life cycle until as many files as wanted are placed.
func (p *portal) waitPlaced(slug string, count int) {
	p.t.Helper()
	p.run(slug)
	eventually(p.t, placeWithin, "files are placed", func() (bool, string) {
		rows := p.files(slug, "placed")
		return len(rows) == count, countText(len(rows), count)
	})
}

// unitPath is the address of a unit's page.
func unitPath(slug string, rest ...string) string {
	return strings.Join(append([]string{"/business-units", slug}, rest...), "/")
}
