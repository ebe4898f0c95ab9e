package e2e

import (
	"mime"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func generateInBrowser(t *testing.T, s *story) {
	b := openBrowser(t, s.in.URL())
	b.signIn(adminEmail, password)
	b.open(unitPath(storyUnit, "credentials"))
	b.click(`form:has(input[name="nonce"]) button[type="submit"]`, `[data-field="secret-access-key"]`)
	s.set = b.credentials()
	if s.set.Secret == "" || s.set.ID == "" {
		t.Fatalf("the page shows no set: %s", b.where())
	}
	b.wantSaved(s.portal)
	b.wantSecretLeaves(s.set.Secret)
	b.wantQuiet()
}

// wantSaved saves the set as a file, one and then another: the page stays, and the history tells of both.
func (b *browser) wantSaved(p *portal) {
	b.t.Helper()
	for _, label := range []string{".csv", "rclone.conf"} {
		b.do("save as "+label, chromedp.Click(chromedp.CSS(`button[aria-label="Save as `+label+`"]`), chromedp.NodeVisible))
		eventually(b.t, noticeWithin, "the history tells of "+label, func() (bool, string) {
			text := p.get(unitPath(storyUnit, "history")).want(http.StatusOK).text()
			return strings.Contains(text, "as "+label), text
		})
	}
	b.wantRefusedBeside()
	if secret := b.credentials().Secret; secret == "" {
		b.t.Error("the secret is gone from the page after a file was saved")
	}
}

// wantRefusedBeside asks for a file when the page is too old, which must say so on a page of its own: this one has the only copy of the secret.
func (b *browser) wantRefusedBeside() {
	b.t.Helper()
	b.do("age the page", chromedp.Evaluate[chromedp.Void](`document.querySelector('form:has([aria-label="Save as .env"]) [name=sealed]').value = "old"; undefined`),
		chromedp.Click(chromedp.CSS(`button[aria-label="Save as .env"]`), chromedp.NodeVisible))
	eventually(b.t, clickWithin, "a page beside it says why", func() (bool, string) {
		open, err := chromedp.Targets(b.ctx)
		if err != nil {
			b.t.Fatal(err)
		}
		var titles []string
		for _, page := range open {
			if strings.HasSuffix(page.URL, unitPath(storyUnit, "credentials", "bundle")) {
				return true, ""
			}
			titles = append(titles, page.URL)
		}
		return false, strings.Join(titles, " ")
	})
}

// wantSecretLeaves goes away from the page with the secret and back: it is not there any more.
func (b *browser) wantSecretLeaves(secret string) {
	b.t.Helper()
	b.do("acknowledge", chromedp.Click(chromedp.CSS(`form[action$="/acknowledge"] input[type="checkbox"]`), chromedp.NodeVisible))
	b.click(`form[action$="/acknowledge"] button[type="submit"]`, "main")
	b.back()
	if strings.Contains(b.html(), secret) {
		b.t.Error("the secret is there again after going back")
	}
	b.do("load again", chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS("main")))
	if strings.Contains(b.html(), secret) {
		b.t.Error("the secret is there again after loading again")
	}
}

// wantNothingKept does to the page with the secret what a browser does that keeps whole pages for *Back*: hides it, and shows it again as it was. (This
// one keeps no page that is not to be stored.)
func (b *browser) wantNothingKept(secret string) {
	b.t.Helper()
	b.do("hide the page", chromedp.Evaluate[chromedp.Void](`dispatchEvent(new PageTransitionEvent("pagehide", {persisted: true})); undefined`))
	if strings.Contains(b.html(), secret) {
		b.t.Error("the secret is in a page that the browser keeps")
	}
	b.do("show the page again", chromedp.Evaluate[chromedp.Void](`dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true})); undefined`),
		chromedp.WaitNotPresent(chromedp.CSS(`[data-field="secret-access-key"]`)), chromedp.WaitVisible(chromedp.CSS("main")))
	if at, _, _ := strings.Cut(b.where(), "\n"); strings.Contains(b.html(), secret) || !strings.HasSuffix(at, unitPath(storyUnit, "credentials")) {
		b.t.Errorf("after a page that was kept: %s", at)
	}
}

func regenerateInBrowser(t *testing.T, s *story) {
	b := openBrowser(t, s.in.URL())
	b.signIn(adminEmail, password)
	b.open(unitPath(storyUnit, "credentials", "regenerate"))
	form := `form:has(input[name="nonce"]) `
	b.typeInto(form+`input[name="confirm"]`, storyUnit)
	b.click(form+`button[type="submit"]:not([formmethod="dialog"])`, `[data-field="secret-access-key"]`)
	s.old, s.set = s.set, b.credentials()
	b.wantNothingKept(s.set.Secret)
	b.wantQuiet()

	if s.old.ID == s.set.ID || s.old.Secret == s.set.Secret {
		t.Fatal("regenerating gave the same set")
	}
	if s.old.Bucket != s.set.Bucket || s.old.Prefix != s.set.Prefix {
		t.Errorf("the location changed from %s to %s", s.old.url(), s.set.url())
	}
	wantRefused(t, s.old)
	wantWhole(t, s.set, s.placed)
}

// dispositionName is the file name that a browser would save under.
func dispositionName(t *testing.T, header string) string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(header)
	if err != nil || kind != "attachment" {
		t.Errorf("Content-Disposition %q: %v", header, err)
	}
	return params["filename"]
}
