package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// stopped regenerates and revokes: each time the set that was is refused to every client, and so are URLs that it signed.
func (s *stage) stopped(t *testing.T) {
	t.Helper()
	old, signed := s.set, s.presigned(t)
	s.set = s.portal.regenerate(matrixUnit)
	s.wantOver(t, "regenerated", old, signed)
	s.readGuides()
	last, signed := s.set, s.presigned(t)
	s.portal.post(unitPath(matrixUnit, "credentials", "revoke"), url.Values{"confirm": {matrixUnit}}).want(http.StatusSeeOther)
	s.wantOver(t, "revoked", last, signed)
}

func (s *stage) wantOver(t *testing.T, name string, old account, signed map[string]string) {
	t.Helper()
	for program, address := range signed {
		if got := s.fetch(t, address); got != http.StatusForbidden {
			t.Errorf("%s: a URL that %s signed answers %d", name, program, got)
		}
	}
	s.each(t, name, func(t *testing.T, p partner) {
		c := s.guides[p.name].follow(t, old)
		out, err := c.shell(s.guides[p.name].run["list"])
		if err == nil || !strings.Contains(out, "InvalidAccessKeyId") {
			t.Errorf("the old set lists: %v\n%s", err, tail(out, 5))
		}
	})
}

// presigned are URLs of one file that clients sign, each tried once.
func (s *stage) presigned(t *testing.T) map[string]string {
	t.Helper()
	c, key := s.guides["aws-cli"].follow(t, s.set), s.set.url()+plain(1)
	signed := map[string]string{}
	for program, sign := range map[string]func() (string, error){
		"aws":    func() (string, error) { return c.aws("--profile", "sea", "s3", "presign", key) },
		"s5cmd":  func() (string, error) { return c.s5cmd("presign", key) },
		"rclone": func() (string, error) { return c.rclone("link", c.remote()+plain(1)) },
	} {
		needPrograms(t, program)
		out, err := sign()
		if err != nil {
			t.Fatalf("%s signs nothing: %v\n%s", program, err, out)
		}
		lines := strings.Fields(out) // rclone says more before it
		signed[program] = lines[len(lines)-1]
		if got := s.fetch(t, signed[program]); got != http.StatusOK {
			t.Errorf("a URL that %s signed answers %d", program, got)
		}
	}
	return signed
}

// fetch is the status that a URL is answered with.
func (s *stage) fetch(t *testing.T, address string) int {
	t.Helper()
	p := newPortal(t, "")
	p.http.Transport = s.in.signer.transport()
	return p.get(address).Status
}
