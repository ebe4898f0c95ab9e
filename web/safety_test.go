package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seaportal/handlers"
	"seaportal/internal/session"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	for path, status := range map[string]int{
		"/": 200, "/sign-in": 303, "/business-units/nowhere": 404, "/nothing": 404, "/livez": 200, "/metrics": 200,
		"/static/x": 404, "/business-units?x=%zz": 400, "/business-units/emea/run": 405,
	} {
		a := c.get(path)
		if a.status != status {
			t.Errorf("GET %s answers %d, want %d", path, a.status, status)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Referrer-Policy": "same-origin",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("GET %s: %s is %q", path, name, got)
			}
		}
		if a.header.Get("X-Request-Id") == "" {
			t.Errorf("GET %s has no request id", path)
		}
	}
}

func TestOtherSitesCannotSendForms(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	for name, test := range map[string]struct {
		header  map[string]string
		refused bool
	}{
		"script":          {nil, false},
		"same origin":     {map[string]string{"Sec-Fetch-Site": "same-origin"}, false},
		"typed address":   {map[string]string{"Sec-Fetch-Site": "none"}, false},
		"own origin":      {map[string]string{"Origin": p.url}, false},
		"other site":      {map[string]string{"Sec-Fetch-Site": "cross-site"}, true},
		"sibling site":    {map[string]string{"Sec-Fetch-Site": "same-site"}, true},
		"other origin":    {map[string]string{"Origin": "https://evil.example"}, true},
		"sandboxed frame": {map[string]string{"Origin": "null"}, true},
	} {
		a := c.send(http.MethodPost, "/business-units/emea/run", nil, test.header)
		if refused := a.status == http.StatusForbidden; refused != test.refused || !refused && a.status != http.StatusSeeOther {
			t.Errorf("%s: answers %d", name, a.status)
		}
	}
}

func TestSignInRotatesAndSignOutRevokes(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.anonymous()
	home, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	c.Jar.SetCookies(home, []*http.Cookie{{Name: session.Cookie, Value: "fixed-by-an-attacker", Path: "/"}})
	token := func() string {
		for _, cookie := range c.Jar.Cookies(home) {
			if cookie.Name == session.Cookie {
				return cookie.Value
			}
		}
		return ""
	}
	signIn := url.Values{"email": {"admin@example.com"}, "password": {password}}
	c.post("/sign-in", signIn)
	first := token()
	c.post("/sign-in", signIn)
	second := token()
	if first == "" || first == "fixed-by-an-attacker" || second == first {
		t.Errorf("tokens %q, then %q", first, second)
	}
	if n := p.count("sessions"); n != 1 {
		t.Errorf("%d sessions", n)
	}
	if a := c.post("/sign-out", nil); a.status != http.StatusSeeOther || token() != "" || !strings.Contains(a.header.Get("Clear-Site-Data"), "cache") {
		t.Errorf("sign-out answers %d, the cookie is %q", a.status, token())
	}
	for _, stolen := range []string{first, second} {
		c.Jar.SetCookies(home, []*http.Cookie{{Name: session.Cookie, Value: stolen, Path: "/"}})
		if a := c.get("/"); a.status != http.StatusSeeOther {
			t.Errorf("a revoked session opens the portal: %d", a.status)
		}
	}
}

func TestASessionOfADisabledAccountIsNobodys(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	p.execute("UPDATE users SET disabled_at = created_at")
	if a := c.get("/"); a.status != http.StatusSeeOther {
		t.Errorf("answers %d", a.status)
	}
}

func TestSignInKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	p := start(t)
	for name, form := range map[string]url.Values{
		"nothing":        {"next": {"/history"}},
		"no password":    {"email": {"a@example.com"}, "next": {"/history"}},
		"wrong password": {"email": {"admin@example.com"}, "password": {"wrong"}, "next": {"/history"}},
		"unknown e-mail": {"email": {"<b>@example.com"}, "password": {"wrong"}, "next": {"/history"}},
		"endless":        {"email": {strings.Repeat("x", 5000)}, "password": {"wrong"}, "next": {"/history"}},
		"no text":        {"email": {"\xff\x00"}, "password": {"\x00\xff"}, "next": {"/history"}},
	} {
		a := p.anonymous().post("/sign-in", form)
		if a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: answers %d", name, a.status)
			continue
		}
		doc := a.doc(t)
		if got := doc.Find("input[name=email]").AttrOr("value", ""); name != "no text" && got != form.Get("email") {
			t.Errorf("%s: e-mail is %q", name, got)
		}
		if got := doc.Find("input[name=next]").AttrOr("value", ""); got != "/history" {
			t.Errorf("%s: next is %q", name, got)
		}
		if got, ok := doc.Find("input[name=password]").Attr("value"); ok && got != "" {
			t.Errorf("%s: the password is sent back", name)
		}
	}
}

func TestTooManySignInsAreToldWhenToTryAgain(t *testing.T) {
	t.Parallel()
	p := start(t)
	form := url.Values{"email": {"admin@example.com"}, "password": {"wrong"}}
	var a answer
	for range 20 {
		if a = p.anonymous().post("/sign-in", form); a.status == http.StatusTooManyRequests {
			break
		}
	}
	if a.status != http.StatusTooManyRequests || !strings.Contains(a.body, "Too many attempts. Try again in ") || a.header.Get("Retry-After") == "" {
		t.Errorf("answers %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
}

func TestNextLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{
		"/history":                  "/history",
		"/business-units/x?after=1": "/business-units/x?after=1",
		"/d/a%2Fb":                  "/d/a%2Fb",
		"":                          "/",
		"https://evil.example":      "/",
		"https:/evil.example":       "/",
		"//evil.example":            "/",
		"///evil.example":           "/",
		`/\evil.example`:            "/",
		`\/evil.example`:            "/",
		"/%5Cevil.example":          "/",
		"/%2F/evil.example":         "/",
		"/\t/evil.example":          "/",
		"/%09/evil.example":         "/",
		"javascript:alert(1)":       "/",
		"history":                   "/",
		"/sign-out":                 "/",
		"/sign-in?next=/":           "/",
		"@evil.example":             "/",
	} {
		if got := handlers.Next(asked); got != want {
			t.Errorf("%q leads to %q, want %q", asked, got, want)
		}
	}
	p := start(t)
	a := p.anonymous().post("/sign-in", url.Values{
		"email": {"admin@example.com"}, "password": {password}, "next": {"//evil.example/"},
	})
	if to := a.header.Get("Location"); to != "/" {
		t.Errorf("sign-in leads to %q", to)
	}
}

func TestSecretsStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.admin()
	c.post("/sign-in", url.Values{"email": {"admin@example.com"}, "password": {"typed-wrong-secret"}})
	c.get("/d/token-in-the-path")
	c.post("/d/token-in-the-path", url.Values{"pin": {"918273"}})
	c.get("/set-up/token-in-the-path")
	for _, mistyped := range []string{"/d/token-in-the-path/", "/d/token-in-the-path/x", "//d/token-in-the-path", "/D/token-in-the-path", "/set-up/token-in-the-path/x"} {
		c.get(mistyped)
		c.send(http.MethodPut, mistyped, nil, nil)
	}
	c.get("/history?X-Amz-Signature=signature-in-the-query")
	c.send(http.MethodGet, "/", nil, map[string]string{"Authorization": "Bearer header-secret"})
	home, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{password, "typed-wrong-secret", "token-in-the-path", "918273", "signature-in-the-query", "header-secret"}
	for _, cookie := range c.Jar.Cookies(home) {
		secrets = append(secrets, cookie.Value)
	}
	log := p.log.String()
	for _, secret := range secrets {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	if !strings.Contains(log, "/d/:token") {
		t.Error("the requests are not in the log at all")
	}
}

func TestNobodyFillsTheLogWithLongPaths(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.anonymous().get("/" + strings.Repeat("é", 20_000))
	if n := len(p.log.String()); n > 2_000 {
		t.Errorf("one request wrote %d bytes", n)
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	p := start(t)
	c := p.anonymous()
	if a := c.get("/livez"); a.status != http.StatusOK {
		t.Errorf("livez %d", a.status)
	}
	if a := c.get("/readyz"); a.status != http.StatusOK {
		t.Errorf("readyz %d", a.status)
	}
	p.ready = errors.New("secret reason")
	if a := c.get("/readyz"); a.status != http.StatusServiceUnavailable || strings.Contains(a.body, "secret") {
		t.Errorf("readyz %d %q", a.status, a.body)
	}
	a := c.get("/metrics")
	for _, want := range []string{"go_goroutines", `seaportal_http_request_duration_seconds_count{method="GET",route="/livez",status="200"} 1`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
}
