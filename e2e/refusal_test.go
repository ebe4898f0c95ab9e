package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// TestViewerChangesNothing signs in as somebody without any permission.
func TestViewerChangesNothing(t *testing.T) {
	t.Parallel()
	in := launch(t)
	in.signedIn(adminEmail, "administrator").createUnit("Looked at", "looked-at")
	viewer := in.signedIn("viewer@example.com", "viewer")
	viewer.get(unitPath("looked-at")).want(http.StatusOK)
	for _, path := range []string{
		"enable", "disable", "credentials", "credentials/regenerate", "credentials/revoke",
		"credentials/test", "settings/addresses", "rules", "rules/preview", "run", "files/delete",
	} {
		form := ruleForm("A viewer's", copied, "copy")
		form.Set("confirm", "looked-at")
		form.Set("nonce", "x")
		viewer.post(unitPath("looked-at", path), form).want(http.StatusForbidden)
	}
	viewer.post("/business-units", url.Values{"name": {"Viewer's"}, "slug": {"viewers"}}).want(http.StatusForbidden)
}

// TestForeignSiteIsRefused sends what a browser would send for a form on somebody else's page.
func TestForeignSiteIsRefused(t *testing.T) {
	t.Parallel()
	in := launch(t)
	p := in.signedIn(adminEmail, "administrator")
	for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		body := strings.NewReader(url.Values{"name": {"Evil"}, "slug": {"evil"}}.Encode())
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, in.URL()+"/business-units", body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set(name, value)
		res, err := p.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s is answered with %s", name, value, res.Status)
		}
	}
	p.get(unitPath("evil")).want(http.StatusNotFound)
}

// TestFailedPlacement makes S3 refuse a copy: keys are files on the embedded server, so `calls` and `calls/late.wav` cannot both be in
// the location. They never meet in active storage, because the first one was moved away.
func TestFailedPlacement(t *testing.T) {
	t.Parallel()
	in := launch(t)
	p := in.signedIn(adminEmail, "administrator")
	p.createUnit("Refused", "refused")
	operator := in.operator()
	metadata := map[string]string{"media-type": moved}
	p.post(unitPath("refused", "rules"), ruleForm("Move all", moved, "move")).want(http.StatusSeeOther)
	operator.put(t, "refused/calls", "first", metadata)
	p.waitPlaced("refused", 1)

	operator.put(t, "refused/calls/late.wav", "second", metadata)
	operator.put(t, "refused/other.wav", "third", metadata)
	p.waitPlaced("refused", 2) // the others go on
	eventually(t, placeWithin, "the placement fails", func() (bool, string) {
		failed, ok := p.keys("refused", "failed")["calls/late.wav"]
		return ok, failed.State
	})

	failed := p.keys("refused", "failed")["calls/late.wav"]
	shown := p.get(unitPath("refused", "files", failed.ID)).want(http.StatusOK)
	if !strings.Contains(shown.Body, "ObjectParentIsFile") && !strings.Contains(strings.ToLower(shown.Doc.Text()), "parent") {
		t.Errorf("S3's reason is not on the page: %s", shown.text())
	}
	if _, there := operator.list(t, "active", "refused/")["calls/late.wav"]; !there {
		t.Error("the source of a failed move is gone")
	}

	p.post(unitPath("refused", "files", "delete"), url.Values{"id": {p.keys("refused", "placed")["calls"].ID}}).want(http.StatusSeeOther)
	eventually(t, noticeWithin, "the file in the way is gone", func() (bool, string) {
		left := len(p.files("refused", "placed"))
		return left == 1, countText(left, 1)
	})
	retry(t, p, shown)
	p.waitPlaced("refused", 2)
}

// retry presses the button of that name on a page.
func retry(t *testing.T, p *portal, shown *page) {
	t.Helper()
	form := shown.Doc.Find("form").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return strings.Contains(s.Find("button").Text(), "Retry")
	}).First()
	action, ok := form.Attr("action")
	if !ok {
		t.Fatalf("no form says Retry: %s", shown.text())
	}
	p.post(action, formValues(form)).want(http.StatusSeeOther)
}
