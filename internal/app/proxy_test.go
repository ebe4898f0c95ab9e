package app_test

import (
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"seaportal/internal/app"
	"seaportal/internal/config"
	"seaportal/internal/testkit"
)

// standIn is a reverse proxy that speaks TLS, as a web server in front does.
// What it passes on to is set once that runs.
type standIn struct {
	*httptest.Server
	to atomic.Pointer[url.URL]
}

func newStandIn(t *testing.T) *standIn {
	t.Helper()
	s := &standIn{}
	s.Server = httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(s.to.Load())
		r.Out.Host = r.In.Host
		r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
		r.SetXForwarded()
	}})
	t.Cleanup(s.Close)
	return s
}

func (s *standIn) pass(t *testing.T, to string) {
	t.Helper()
	at, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	s.to.Store(at)
}

// visitor comes from another address of this machine than the proxy does, and
// pretends to come from a third.
const visitor = "127.0.0.2"

type pretending struct{ over http.RoundTripper }

func (p pretending) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", "203.0.113.99")
	return p.over.RoundTrip(r)
}

func visit(t *testing.T, trust *standIn) *http.Client {
	t.Helper()
	over, ok := trust.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("the stand-in's client has no transport")
	}
	over = over.Clone()
	over.DialContext = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(visitor)}}).DialContext
	t.Cleanup(over.CloseIdleConnections)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Transport: pretending{over}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Pages, share links and downloads work behind a proxy, under the public URLs,
// and the history knows who came.
func TestBehindAProxyThePublicURLsWork(t *testing.T) {
	t.Parallel()
	front, s3 := newStandIn(t), newStandIn(t)
	p := testkit.Start(t, func(c *config.Config, _ *app.Options) {
		c.PublicURL, c.S3PublicURL, c.TrustedProxies = front.URL, s3.URL, []string{"127.0.0.1"}
	})
	front.pass(t, p.URL)
	s3.pass(t, p.Env(t)["AWS_ENDPOINT_URL"])

	admin := p.Administrator(t)
	p.Unit(t, admin, "bu1")
	p.Put(t, p.Operator(t), "bu1", "a call.wav", "taken", billing)
	admin.MustPost(t, "/business-units/bu1/rules", copyBillingCalls())
	admin.MustPost(t, "/business-units/bu1/run", url.Values{})
	var id string
	testkit.Await(t, "the file to be placed", func() bool {
		id = admin.Get(t, "/business-units/bu1/files?status=placed").Page(t).Find("[data-key='a call.wav']").AttrOr("data-id", "")
		return id != ""
	})

	person := visit(t, front)
	signedIn := ask(t, person, front.URL+"/sign-in", url.Values{"email": {testkit.AdministratorEmail}, "password": {testkit.Password}})
	if signedIn.status != http.StatusSeeOther || signedIn.header.Get("Strict-Transport-Security") == "" {
		t.Fatalf("sign in: %d %v", signedIn.status, signedIn.header)
	}
	link := ask(t, person, front.URL+"/business-units/bu1/files/links", url.Values{"id": {id}, "lifetime": {"24h"}}).field(t, "link")
	if !strings.HasPrefix(link, front.URL+"/d/") {
		t.Fatalf("the link is %s", link)
	}
	partner := visit(t, front)
	if page := ask(t, partner, link, nil); page.status != http.StatusOK {
		t.Errorf("the link's page answers %d", page.status)
	}
	for name, redirect := range map[string]answer{
		"the link":         ask(t, partner, link, url.Values{}),
		"the portal's own": ask(t, person, front.URL+"/business-units/bu1/files/"+id+"/download", nil),
	} {
		to := redirect.header.Get("Location")
		if redirect.status != http.StatusSeeOther || !strings.HasPrefix(to, s3.URL+"/") {
			t.Errorf("%s answers %d and leads to %s", name, redirect.status, to)
			continue
		}
		if file := ask(t, visit(t, s3), to, nil); file.status != http.StatusOK || file.body != "taken" {
			t.Errorf("%s leads to %d %s", name, file.status, file.body)
		}
	}
	history := admin.Get(t, "/history").Page(t).Find("main").Text()
	if !strings.Contains(history, visitor) || strings.Contains(history, "203.0.113.99") {
		t.Errorf("the history does not say who came: %s", history)
	}
}

// answer is a response with its body read.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) field(t *testing.T, name string) string {
	t.Helper()
	return testkit.Answer{Status: a.status, Header: a.header, Body: a.body}.Field(t, name)
}

// ask sends a form, or asks for a page where there is none.
func ask(t *testing.T, by *http.Client, at string, form url.Values) answer {
	t.Helper()
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(t.Context(), method, at, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := by.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}
