package testkit

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Person is somebody with a browser that has no JavaScript: it keeps cookies
// and does not follow redirects.
type Person struct {
	portal *Portal
	client *http.Client
}

// Answer is a response with its body read.
type Answer struct {
	Status   int
	Header   http.Header
	Location string // of a redirect
	Body     string
}

// Page parses the body.
func (a Answer) Page(t *testing.T) *goquery.Document {
	t.Helper()
	page, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// Field is the whole text, or value, of the one element with a data-field.
func (a Answer) Field(t *testing.T, name string) string {
	t.Helper()
	found := a.Page(t).Find(`[data-field="` + name + `"]`)
	if found.Length() != 1 {
		t.Fatalf("%d elements hold the field %s", found.Length(), name)
	}
	if value, ok := found.Attr("value"); ok {
		return value
	}
	return found.Text()
}

// Nonce is the value of the page's one input of that name.
func (a Answer) Nonce(t *testing.T) string {
	t.Helper()
	found := a.Page(t).Find(`input[name="nonce"]`)
	if found.Length() != 1 {
		t.Fatalf("%d inputs are named nonce", found.Length())
	}
	return found.AttrOr("value", "")
}

// Stranger is nobody who is signed in.
func (p *Portal) Stranger(t *testing.T) *Person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: trusting(), Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(client.CloseIdleConnections)
	return &Person{portal: p, client: client}
}

// Administrator is signed in and may do everything.
func (p *Portal) Administrator(t *testing.T) *Person {
	t.Helper()
	return p.SignIn(t, AdministratorEmail, Password)
}

// Viewer is signed in and may change nothing.
func (p *Portal) Viewer(t *testing.T) *Person {
	t.Helper()
	return p.SignIn(t, ViewerEmail, Password)
}

// SignIn gives somebody who has signed in.
func (p *Portal) SignIn(t *testing.T, email, password string) *Person {
	t.Helper()
	person := p.Stranger(t)
	answer := person.Post(t, "/sign-in", url.Values{"email": {email}, "password": {password}})
	if answer.Status != http.StatusSeeOther {
		t.Fatalf("sign in as %s: %d", email, answer.Status)
	}
	return person
}

// Get asks for a path of the portal.
func (p *Person) Get(t *testing.T, path string) Answer {
	t.Helper()
	return p.send(t, http.MethodGet, path, nil)
}

// Post sends a form.
func (p *Person) Post(t *testing.T, path string, form url.Values) Answer {
	t.Helper()
	return p.send(t, http.MethodPost, path, form)
}

// MustPost sends a form that must be answered with a redirect.
func (p *Person) MustPost(t *testing.T, path string, form url.Values) Answer {
	t.Helper()
	answer := p.Post(t, path, form)
	if answer.Status != http.StatusSeeOther {
		t.Fatalf("POST %s: %d\n%s", path, answer.Status, answer.Page(t).Find("main").Text())
	}
	return answer
}

func (p *Person) send(t *testing.T, method, path string, form url.Values) Answer {
	t.Helper()
	at := path
	if strings.HasPrefix(path, "/") {
		at = p.portal.URL + path
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(t.Context(), method, at, body)
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := p.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var text bytes.Buffer
	if _, err := text.ReadFrom(response.Body); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return Answer{
		Status: response.StatusCode, Header: response.Header,
		Location: response.Header.Get("Location"), Body: text.String(),
	}
}
