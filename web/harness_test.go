package web_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/handlers"
	"seaportal/internal/account"
	"seaportal/internal/businessunit"
	"seaportal/internal/clock"
	"seaportal/internal/credential"
	"seaportal/internal/history"
	"seaportal/internal/keyring"
	"seaportal/internal/keys"
	"seaportal/internal/lifecycle"
	"seaportal/internal/link"
	"seaportal/internal/manifest"
	"seaportal/internal/objects"
	"seaportal/internal/receipt"
	"seaportal/internal/rulebook"
	"seaportal/internal/sealed"
	"seaportal/internal/session"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/internal/usage"
	"seaportal/models"
	"seaportal/web"
)

const password = "correct horse battery"

// portal is the whole web side over a real database. No S3 or IAM answers: what
// needs them is tested where they run.
type portal struct {
	t     *testing.T
	store *store.Store
	url   string
	log   *safeBuffer
	ready error
	unit  models.BusinessUnit
}

// nowhere is an address at which nothing listens.
const nowhere = "http://127.0.0.1:1"

func start(t *testing.T) *portal {
	t.Helper()
	p := &portal{t: t, store: storetest.Open(t), log: &safeBuffer{}}
	log := slog.New(slog.NewJSONHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	accounts, err := account.New(p.store)
	if err != nil {
		t.Fatal(err)
	}
	for email, role := range map[string]models.Role{
		"admin@example.com": models.RoleAdministrator, "viewer@example.com": models.RoleViewer,
	} {
		if _, err := accounts.Create(t.Context(), models.CLI, email, "", role, password); err != nil {
			t.Fatal(err)
		}
	}
	deps := deps(p, accounts, log)
	server := httptest.NewServer(web.New(deps))
	t.Cleanup(server.Close)
	p.url = server.URL
	p.unit = p.addUnit("emea")
	return p
}

func deps(p *portal, accounts *account.Service, log *slog.Logger) web.Deps {
	signer := credentials.NewStaticCredentialsProvider("id", "secret", "")
	client := s3.New(s3.Options{
		Region: "eu-west-1", BaseEndpoint: aws.String(nowhere), Credentials: signer, UsePathStyle: true, RetryMaxAttempts: 1,
	})
	access := credential.New(credential.Config{
		Store: p.store, Log: log, Endpoint: nowhere, Region: "eu-west-1",
		IAM: iam.New(iam.Options{
			Region: "eu-west-1", BaseEndpoint: aws.String(nowhere), Credentials: signer, RetryMaxAttempts: 1,
		}),
		S3: func(string, sealed.Plain) *s3.Client { return client }, Own: client,
	})
	master, err := keyring.New(p.t.Context(), keyring.Config{Store: p.store, Dir: p.t.TempDir()})
	if err != nil {
		p.t.Fatal(err)
	}
	bundles := credential.NewBundles(p.store, master, nowhere, "eu-west-1")
	local := &keys.Local{Store: p.store, Master: master, Region: "eu-west-1"}
	kept := &keys.Service{Store: p.store, KMS: local, Keeper: local, Clock: clock.Real}
	files := lifecycle.New(lifecycle.Config{Store: p.store, Objects: objects.New(client), Keys: kept, Log: log})
	units := &businessunit.Service{Store: p.store, Access: access, Keys: kept, SEABucket: "sea", Region: "eu-west-1"}
	sessions := session.New(p.store, false)
	return web.Deps{
		Accounts: accounts, Sessions: sessions, Log: log, Ready: func(context.Context) error { return p.ready },
		Handlers: handlers.New(handlers.Services{
			Accounts: accounts, Sessions: sessions, Units: units, Credentials: access, Bundles: bundles,
			Rules: &rulebook.Service{Store: p.store}, Files: files, History: &history.Log{Store: p.store}, Usage: &usage.Service{Store: p.store}, Keys: kept,
			Receipts: receipt.New(p.store, clock.Real, log), Manifests: &manifest.Service{Store: p.store, Keys: master},
			Links: &link.Service{Store: p.store, Objects: objects.New(client), Source: objects.New(client)}, Life: clock.Real, Endpoint: nowhere, Region: "eu-west-1",
		}),
	}
}

// addUnit makes a unit with SEA enabled, and a rule, a catalogued file and a
// placed one in it.
func (p *portal) addUnit(slug string) models.BusinessUnit {
	p.t.Helper()
	ctx, bucket, prefix := p.t.Context(), "sea", slug+"/"
	now := clock.Real.Now()
	unit := models.BusinessUnit{
		Slug: slug, Name: strings.ToUpper(slug), Region: "eu-west-1", ActiveBucket: "active", ActivePrefix: prefix,
		StorageKind: models.StorageSystem, SEAState: models.SEAEnabled, SEABucket: &bucket, SEAPrefix: &prefix,
		RetentionDays: models.RetentionDays, CreatedAt: now, UpdatedAt: now,
	}
	if err := p.store.CreateUnit(ctx, &unit); err != nil {
		p.t.Fatal(err)
	}
	return unit
}

func (p *portal) execute(query string, args ...any) {
	p.t.Helper()
	db, err := p.store.SQL()
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := db.ExecContext(p.t.Context(), query, args...); err != nil {
		p.t.Fatal(err)
	}
}

// client is one person's browser. It follows no redirect.
type client struct {
	*http.Client
	p *portal
}

// anonymous is a browser that nobody signed in with.
func (p *portal) anonymous() *client {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	stop := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client{Client: &http.Client{Jar: jar, CheckRedirect: stop}, p: p}
}

func (p *portal) signedIn(email string) *client {
	p.t.Helper()
	c := p.anonymous()
	if a := c.post("/sign-in", url.Values{"email": {email}, "password": {password}}); a.status != http.StatusSeeOther {
		p.t.Fatalf("sign-in of %s answers %d", email, a.status)
	}
	return c
}

func (p *portal) admin() *client { return p.signedIn("admin@example.com") }

// answer is a response that was read.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) doc(t *testing.T) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func (c *client) get(path string) answer { return c.send(http.MethodGet, path, nil, nil) }

func (c *client) post(path string, form url.Values) answer {
	return c.send(http.MethodPost, path, form, nil)
}

// postFrom sends a form of a page as browsers do where they send no
// Sec-Fetch-Site: by plain HTTP, to another host than localhost. A page without
// referrers has no origin either (Fetch standard, "append a request `Origin`
// header").
func (c *client) postFrom(page answer, path string, form url.Values) answer {
	origin := c.p.url
	if page.header.Get("Referrer-Policy") == "no-referrer" {
		origin = "null"
	}
	return c.send(http.MethodPost, path, form, map[string]string{"Origin": origin})
}

func (c *client) send(method, path string, form url.Values, header map[string]string) answer {
	c.p.t.Helper()
	r, err := http.NewRequestWithContext(c.p.t.Context(), method, c.p.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.p.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	resp, err := c.Do(r)
	if err != nil {
		c.p.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := resp.Body.Close(); err != nil {
		c.p.t.Error(err)
	}
	if err != nil {
		c.p.t.Fatal(err)
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: string(body)}
}

// safeBuffer keeps the log.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
