package e2e

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	matrixUnit = "borealis"
	otherOne   = "borealis2" // begins like the first
	manyFiles  = 200         // 2,000 where SEA_TEST_LONG is set
)

// oddNames are keys that clients, shells, URLs and pages get wrong.
var oddNames = []string{
	"a file with spaces.txt", " leading and trailing ", "плюс + and & equals = question?.txt", "percent %2F is not a slash.wav", "100%.txt",
	"%41 is not an A", "a+b c%20d", "quotes ' \" and `ticks`.txt", "emoji 🎧📞 recording.wav", "e\u0301 and \u00e9.txt", "日本語/通話/録音.wav",
	"semi;colon,comma:colon*star|pipe.txt", "#hash and ~tilde@at!.txt", "-starts-with-a-dash", ".hidden/.also", "$(id) ${HOME}.txt",
	"<script>alert(1)</script>.txt", "line\nbreak.txt", "[brackets] {braces}.txt", strings.Repeat("é", 115) + ".txt", "empty.wav",
}

// stage is a portal with what was placed for one partner, and what belongs to another.
type stage struct {
	in       *installation
	portal   *portal
	operator account
	set      account
	others   others
	guides   map[string]guided
	placed   map[string]string // SHA-256 by key below the location
}

// TestClients has every client do what partners do, and try what they may not, over HTTP and HTTPS, path style.
func TestClients(t *testing.T) {
	t.Parallel()
	for name, signer := range map[string]*authority{"http": nil, "https": newAuthority(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := raise(t, signer)
			s.each(t, "fetch", s.fetches)
			t.Run("restic", s.restores)
			s.each(t, "refused", func(t *testing.T, p partner) {
				wantAttemptsRefused(t, p.refused(newCLI(t, s.set), s.others))
			})
			s.wantNothingPlanted(t)
			s.each(t, "delete", s.deletes)
			s.stopped(t)
		})
	}
}

// each runs a test of every partner, at the same time.
func (s *stage) each(t *testing.T, name string, test func(t *testing.T, p partner)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		for _, p := range partners {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				p.installed(t)
				test(t, p)
			})
		}
	})
}

// raise starts a portal, places the files and issues the set.
func raise(t *testing.T, signer *authority) *stage {
	t.Helper()
	in := install(t)
	in.signer = signer
	in.start()
	s := &stage{in: in, portal: in.signedIn(adminEmail, "administrator"), operator: in.operator(), placed: map[string]string{}, guides: map[string]guided{}}
	s.portal.createUnit("Borealis <b>\"&\"</b> =1+1", matrixUnit)
	s.portal.createUnit("Borealis 2", otherOne)
	s.putFiles(t)
	for _, slug := range []string{matrixUnit, otherOne} {
		s.portal.post(unitPath(slug, "rules"), ruleForm("All of it", copied, "copy")).want(http.StatusSeeOther)
	}
	s.portal.waitPlaced(matrixUnit, len(s.placed))
	s.portal.waitPlaced(otherOne, 1)
	s.set = s.portal.generate(matrixUnit)
	s.readGuides()
	s.others = others{
		account: s.portal.generate(otherOne), mine: s.set.Prefix + plain(0),
		upload: filepath.Join(t.TempDir(), "small"), large: filepath.Join(t.TempDir(), "large"),
	}
	s.others.theirs = s.others.Prefix + "theirs.txt"
	for path, size := range map[string]int{s.others.upload: 10, s.others.large: 12 * mebibyte} {
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// readGuides reads what each client is told of the set that works now.
func (s *stage) readGuides() {
	for _, p := range partners {
		s.guides[p.name] = s.portal.guide(matrixUnit, p.name)
	}
}

func plain(i int) string { return fmt.Sprintf("%03d/plain-%d.dat", i%7, i) }

// own is the file that a partner deletes.
func (p partner) own() string { return "own/of " + p.name + " + 100%.txt" }

func (s *stage) putFiles(t *testing.T) {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 4))
	count := manyFiles
	if os.Getenv("SEA_TEST_LONG") != "" {
		count *= 10
	}
	names := slices.Clone(oddNames)
	for i := range count {
		names = append(names, plain(i))
	}
	for _, p := range partners {
		names = append(names, p.own())
	}
	metadata := map[string]string{"media-type": copied}
	for _, name := range names {
		body := strings.Repeat(name+"\n", random.IntN(100)+1)
		if name == "empty.wav" {
			body = ""
		}
		s.operator.put(t, matrixUnit+"/"+name, body, metadata)
		s.placed[name] = sum([]byte(body))
	}
	for name, body := range makeRepository(t) {
		s.operator.put(t, matrixUnit+"/"+name, body, metadata)
		s.placed[name] = sum([]byte(body))
	}
	s.operator.put(t, otherOne+"/theirs.txt", "another unit's", metadata)
}

// fetches lists and fetches as the guide says, and compares every byte.
func (s *stage) fetches(t *testing.T, p partner) {
	guide := s.guides[p.name]
	c := guide.follow(t, s.set)
	out, err := c.shell(guide.run["list"])
	if err != nil || !strings.Contains(out, "plain-7.dat") {
		t.Fatalf("%s: %v\n%s", guide.run["list"], err, tail(out, 20))
	}
	if p.fetchesOne {
		s.fetchesEach(t, c, guide)
	} else if out, err := c.shell(guide.run["fetch"] + p.exclude); err != nil {
		t.Fatalf("%s: %v\n%s", guide.run["fetch"], err, tail(out, 20))
	}
	want := maps.Clone(s.placed)
	delete(want, p.cannot)
	compare(t, hashes(t, filepath.Join(c.home, "in")), want)
	s.again(t, p, c, guide)
	if p.part == nil {
		return
	}
	part := (plain(5) + "\n")[4:12]
	if out, err := p.part(c, s.set.Prefix+plain(5), "4", "11"); err != nil || out != part {
		t.Errorf("bytes 4 to 11 are %q, not %q: %v", tail(out, 5), part, err)
	}
}

// fetchesEach fetches file by file: the first one as the guide says, the others with one process.
func (s *stage) fetchesEach(t *testing.T, c cli, guide guided) {
	t.Helper()
	line := strings.ReplaceAll(guide.run["fetch"], "FILE", plain(3))
	if out, err := c.shell(line); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, tail(out, 20))
	}
	if body, err := os.ReadFile(filepath.Join(c.home, filepath.Base(plain(3)))); err != nil || sum(body) != s.placed[plain(3)] {
		t.Errorf("%s fetches something else: %v", line, err)
	}
	var list strings.Builder
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	for name := range s.placed {
		_, _ = fmt.Fprintf(&list, "url = \"%s\"\noutput = \"in/%s\"\n", c.at(s.set.Prefix+name), quote.Replace(name))
	}
	if err := os.WriteFile(filepath.Join(c.home, "all.curl"), []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := c.shell("curl --config sea.curl --globoff --create-dirs --config all.curl"); err != nil {
		t.Fatalf("fetch all: %v\n%s", err, tail(out, 20))
	}
	// curl makes no file of an empty answer
	if err := os.WriteFile(filepath.Join(c.home, "in", "empty.wav"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// again fetches what is there already: nothing is fetched twice, and an interrupted file goes on where it ended.
func (s *stage) again(t *testing.T, p partner, c cli, guide guided) {
	t.Helper()
	half := filepath.Join(c.home, "half")
	begin := func() {
		if err := os.WriteFile(half, []byte(plain(5)[:3]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out string
	var err error
	switch p.name {
	case "aws-cli":
		if out, err = c.shell(guide.run["fetch"]); err == nil && out != "" {
			t.Errorf("the second sync does something:\n%s", tail(out, 10))
		}
		return
	case "rclone":
		if out, err = c.rclone("check", "--one-way", c.remote(), "in"); err != nil {
			t.Errorf("rclone check: %v\n%s", err, tail(out, 10))
		}
		return
	case "s3cmd":
		begin()
		out, err = c.s3cmd("get", "--continue", c.url()+plain(5), half)
	case "curl":
		begin()
		out, err = c.curl("--continue-at", "-", "--output", half, c.at(s.set.Prefix+plain(5)))
	default:
		return
	}
	body, readErr := os.ReadFile(half)
	if err != nil || readErr != nil || sum(body) != s.placed[plain(5)] {
		t.Errorf("an interrupted file does not go on: %v, %v\n%s", err, readErr, tail(out, 10))
	}
}

// deletes has a partner delete a file of its own.
func (s *stage) deletes(t *testing.T, p partner) {
	if out, err := p.remove(newCLI(t, s.set), s.set.Prefix+p.own()); err != nil {
		t.Fatalf("delete: %v\n%s", err, out)
	}
	if _, still := s.operator.list(t, s.set.Bucket, s.set.Prefix+"own/")[strings.TrimPrefix(p.own(), "own/")]; still {
		t.Error("the file is still there")
	}
}

// wantNothingPlanted looks for what no partner may have written or deleted.
func (s *stage) wantNothingPlanted(t *testing.T) {
	t.Helper()
	for key := range s.operator.list(t, s.set.Bucket, "") {
		if strings.Contains(key, "planted") {
			t.Errorf("a partner wrote %q", key)
		}
	}
	if _, there := s.operator.list(t, s.others.Bucket, s.others.Prefix)["theirs.txt"]; !there {
		t.Error("a partner deleted another unit's file")
	}
	if size := s.operator.list(t, s.set.Bucket, s.set.Prefix)[plain(0)]; size == 10 {
		t.Error("a partner overwrote a file")
	}
}

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
