package e2e

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPagesWorkByTLSInABrowser does the main job by https, with a browser that knows the server's key: signing in, pages with their style
// and script, a set that is shown once, and a share link that S3 answers, at another origin.
func TestPagesWorkByTLSInABrowser(t *testing.T) {
	t.Parallel()
	chromium(t)
	at := launchTrial(t)
	at.trusting(t)
	p := at.signedIn(adminEmail, "administrator")
	p.createUnit("Trial", "trial")
	at.operator().put(t, "trial/call.wav", "a call", map[string]string{"media-type": copied})
	p.post(unitPath("trial", "rules"), ruleForm("Copy it", copied, "copy")).want(http.StatusSeeOther)
	p.waitPlaced("trial", 1)

	b := at.browser(t)
	b.signIn(adminEmail, password)
	b.open(unitPath("trial"))
	const dressed = `isSecureContext && document.documentElement.classList.contains('js') && document.fonts.size > 0 && getComputedStyle(document.querySelector('.btn')).borderRadius !== '0px'`
	if !ask(b, "look at style and script", chromedp.Evaluate[bool](dressed)) {
		t.Errorf("a page by TLS has no style, or no script ran: %s", b.where())
	}
	b.open(unitPath("trial", "credentials"))
	b.click(`form:has(input[name="nonce"]) button[type="submit"]`, `[data-field="secret-access-key"]`)
	set := b.credentials()
	if set.Secret == "" || !strings.HasPrefix(set.Endpoint, "https://") {
		t.Errorf("the page shows the endpoint %s: %s", set.Endpoint, b.where())
	}
	set.signer = at.signer
	if keys := set.list(t, set.Bucket, set.Prefix); len(keys) != 1 {
		t.Errorf("the new set lists %v", keys)
	}
	b.followsLink(t, p)
	b.wantQuiet()
}

// browser is one that trusts the server's certificate, and no other that its system does not know.
func (at trial) browser(t *testing.T) *browser {
	t.Helper()
	leaf, err := at.presented()
	if err != nil {
		t.Fatal(err)
	}
	key := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	return openBrowser(t, at.URL(), chromedp.Flag("ignore-certificate-errors-spki-list", base64.StdEncoding.EncodeToString(key[:])))
}

// followsLink presses the button of a share link that redirects to S3, and keeps what comes.
func (b *browser) followsLink(t *testing.T, p *portal) {
	t.Helper()
	form := url.Values{"lifetime": {"1h"}, "max_downloads": {"0"}, "id": {p.files("trial", "placed")[0].ID}}
	link := p.post(unitPath("trial", "files", "links"), form).want(http.StatusOK).field("link")
	dir, button := t.TempDir(), `main form button[type="submit"]`
	b.saveInto(dir)
	b.open(strings.TrimPrefix(link, b.base))
	b.click(button, button)
	if body, err := os.ReadFile(saved(t, dir, 1)); err != nil || string(body) != "a call" {
		t.Errorf("the link gives %q, %v", body, err)
	}
}
