package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
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
			s.each(t, "fetch", func(t *testing.T, p partner) {
				if p.cannot == "" {
					s.fetches(t, p)
				}
			})
			s.each(t, "fetch what they can", func(t *testing.T, p partner) {
				if p.cannot != "" {
					s.operator.remove(t, s.set.Bucket, s.set.Prefix+p.cannot)
					s.fetches(t, p)
				}
			})
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
