package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGuideMakesClientsTrustTheLocalAuthority follows the guide of an installation with a local authority, with nothing else told to
// the clients: each lists and fetches with the guide's certificate, and does neither without it.
func TestGuideMakesClientsTrustTheLocalAuthority(t *testing.T) {
	t.Parallel()
	at := launchTrial(t)
	at.trusting(t)
	p := at.signedIn(adminEmail, "administrator")
	p.createUnit("Trial", "trial")
	at.operator().put(t, "trial/call.wav", "a call", map[string]string{"media-type": copied})
	p.post(unitPath("trial", "rules"), ruleForm("Copy it", copied, "copy")).want(http.StatusSeeOther)
	p.waitPlaced("trial", 1)
	set := p.generate("trial")
	set.signer = nil
	public := p.get(unitPath("trial", "connect")).want(http.StatusOK).Doc.Find("[data-guide-authority]").Text()
	for _, partner := range partners {
		t.Run(partner.name, func(t *testing.T) {
			partner.installed(t)
			guide := p.guide("trial", partner.name)
			c := guide.follow(t, set)
			if out, err := c.shell(guide.run["list"]); err == nil {
				t.Errorf("it trusts whoever answers: %s", tail(out, 5))
			}
			if err := os.WriteFile(filepath.Join(c.home, "ca.pem"), []byte(public), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := c.shell(guide.run["list"]); err != nil || !strings.Contains(out, "call.wav") {
				t.Errorf("%s: %v\n%s", guide.run["list"], err, tail(out, 10))
			}
			fetch := strings.ReplaceAll(guide.run["fetch"], "FILE", "call.wav")
			if out, err := c.shell(fetch); err != nil {
				t.Errorf("%s: %v\n%s", fetch, err, tail(out, 10))
			}
			if got := hashes(t, c.home); got["in/call.wav"] != sum([]byte("a call")) && got["call.wav"] != sum([]byte("a call")) {
				t.Errorf("%s fetches something else: %v", fetch, got)
			}
		})
	}
}
