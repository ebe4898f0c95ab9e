package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	storyUnit    = "atlas"
	otherUnit    = "atlas2" // begins like the first: a careless prefix policy would let one see the other
	adminEmail   = "ada@example.com"
	password     = "correct horse battery staple"
	placeWithin  = 2 * time.Minute
	noticeWithin = 30 * time.Second
)

// story is what one chapter leaves to the next.
type story struct {
	whole    *testing.T // outlives each chapter
	in       *installation
	portal   *portal
	corpus   corpus
	operator account
	other    account // the other unit's set
	old      account // the first set
	set      account // the set that works
	placed   map[string]string
}

// TestStory is the main job from an empty directory to files that expired, one chapter after the other.
func TestStory(t *testing.T) {
	t.Parallel()
	needPartnerClients(t)
	chromium(t)
	s := &story{whole: t, in: launch(t)}
	chapters := []struct {
		name string
		tell func(t *testing.T, s *story)
	}{
		{"sign in", signIn},
		{"create and enable units", createUnits},
		{"put 300 files into active storage", putFiles},
		{"the composer helps", composeInBrowser},
		{"compose rules", composeRules},
		{"run places each file", runPlaces},
		{"generate credentials in the browser", generateInBrowser},
		{"partners fetch every byte", partnersFetch},
		{"everything else is refused", othersRefused},
		{"regenerate stops the old set", regenerateInBrowser},
		{"download through the portal", downloadThroughPortal},
		{"delete through the portal", deleteThroughPortal},
		{"delete with the partner's client", deleteAsPartner},
		{"restart keeps everything", restart},
		{"changed rules place nothing twice", changeRules},
		{"secrets are nowhere", secretsNowhere},
		{"thirty days later the files are gone", expire},
	}
	for _, chapter := range chapters {
		if !t.Run(chapter.name, func(t *testing.T) { s.in.t = t; chapter.tell(t, s.at(t)) }) {
			return
		}
	}
	s.in.t = t
	s.in.stop()
}

// at makes the chapter's failures its own.
func (s *story) at(t *testing.T) *story {
	if s.portal != nil {
		s.portal.t = t
	}
	return s
}

func signIn(t *testing.T, s *story) {
	s.portal = s.in.signedIn(adminEmail, "administrator")
	stranger := newPortal(t, s.in.URL())
	stranger.post("/sign-in", url.Values{"email": {adminEmail}, "password": {"wrong"}}).want(http.StatusUnprocessableEntity)
	if got := stranger.get("/business-units"); got.Status != http.StatusSeeOther {
		t.Errorf("a stranger gets %d for the units", got.Status)
	}
}

func createUnits(t *testing.T, s *story) {
	s.portal.createUnit("Atlas contact centre", storyUnit)
	s.portal.createUnit("Atlas the second", otherUnit)
	s.other = s.portal.generate(otherUnit)
	for _, path := range []string{"/", "/business-units", "/history", unitPath(storyUnit), unitPath(storyUnit, "files"), unitPath(storyUnit, "rules")} {
		if !strings.Contains(s.portal.get(path).want(http.StatusOK).Body, "/sign-out") {
			t.Errorf("%s offers no way to sign out", path)
		}
	}
}

func putFiles(t *testing.T, s *story) {
	s.corpus = makeCorpus(s.whole)
	s.operator = s.in.operator()
	if s.operator.Bucket != "active" {
		t.Fatalf("active storage is bucket %q", s.operator.Bucket)
	}
	c := newCLI(t, s.operator)
	for _, share := range shares {
		out, err := c.aws("s3", "cp", "--recursive", "--only-show-errors", "--metadata", "media-type="+share.media+",team=north",
			s.corpus.folder(share.media), "s3://active/"+storyUnit+"/")
		if err != nil {
			t.Fatalf("upload %s: %v\n%s", share.media, err, tail(out, 20))
		}
	}
	s.operator.put(t, otherUnit+"/theirs.txt", "another unit's", map[string]string{"media-type": copied})
	if have := len(s.operator.list(t, "active", storyUnit+"/")); have != 300 {
		t.Fatalf("%d files in active storage, not 300", have)
	}
}

// ruleForm is a rule that takes every file of a media type, at once.
func ruleForm(name, media, action string) url.Values {
	return url.Values{
		"name": {name}, "description": {"made by a test"}, "start_date": {time.Now().UTC().Format(time.DateOnly)}, "media_type": {media},
		"priority": {"1"}, "action": {action}, "after_days": {"0"}, "state": {"on"},
	}
}

func composeRules(t *testing.T, s *story) {
	rules := unitPath(storyUnit, "rules")
	form := ruleForm("Recordings of the north", copied, "copy")
	form["c[0].field"], form["c[0].op"], form["c[0].value"] = []string{"team"}, []string{"any-of"}, []string{"south,north"}
	preview := s.portal.post(rules+"/preview", form).want(http.StatusOK)
	if !strings.Contains(preview.Body, "180") {
		t.Errorf("the preview does not count 180 files: %s", preview.text())
	}
	s.portal.post(rules, form).want(http.StatusSeeOther)
	s.portal.post(rules, ruleForm("Transcripts move", moved, "move")).want(http.StatusSeeOther)
	s.portal.post(rules, ruleForm("Mail stays", kept, "keep")).want(http.StatusSeeOther)
	s.portal.post(unitPath(otherUnit, "rules"), ruleForm("Theirs", copied, "copy")).want(http.StatusSeeOther)
	list := s.portal.get(rules).want(http.StatusOK).Body
	for _, name := range []string{"Recordings of the north", "Transcripts move", "Mail stays"} {
		if !strings.Contains(list, name) {
			t.Errorf("the list of rules lacks %s", name)
		}
	}
}

func runPlaces(t *testing.T, s *story) {
	s.placed = s.corpus.merged(copied, moved)
	s.portal.waitPlaced(storyUnit, len(s.placed))
	s.portal.waitPlaced(otherUnit, 1)
	s.wantInSEA(t)

	active := s.operator.list(t, "active", storyUnit+"/")
	for key := range s.corpus.sums[moved] {
		if _, still := active[key]; still {
			t.Errorf("moved, and still in active storage: %q", key)
		}
	}
	for key := range s.corpus.merged(copied, kept, unmatched) {
		if _, there := active[key]; !there {
			t.Errorf("not moved, and gone from active storage: %q", key)
		}
	}
}

// wantInSEA compares the portal's list and the bucket with what ought to be placed.
func (s *story) wantInSEA(t *testing.T) {
	t.Helper()
	listed := s.portal.keys(storyUnit, "placed")
	stored := s.operator.list(t, s.location(t).Bucket, s.location(t).Prefix)
	for key := range s.placed {
		if _, ok := listed[key]; !ok {
			t.Errorf("the portal does not list %q", key)
		}
		if _, ok := stored[key]; !ok {
			t.Errorf("the location does not hold %q", key)
		}
	}
	if len(listed) != len(s.placed) || len(stored) != len(s.placed) {
		t.Errorf("%d files are listed and %d stored, not %d", len(listed), len(stored), len(s.placed))
	}
}

// location is where the unit's files are, as its credentials page says before and after a set exists.
func (s *story) location(t *testing.T) account {
	t.Helper()
	var a account
	a.locate(t, s.portal.get(unitPath(storyUnit, "credentials")).want(http.StatusOK).field("file-location"))
	return a
}

func partnersFetch(t *testing.T, s *story) { wantWhole(t, s.set, s.placed) }

func othersRefused(t *testing.T, s *story) {
	s.set.wantRefusals(t, s.other)
	c := newCLI(t, s.set)
	for _, args := range [][]string{
		{"s3", "ls"},
		{"s3", "ls", s.other.url()},
		{"s3", "ls", "s3://active/"},
		{"s3", "cp", filepath.Join(s.corpus.folder(copied), copied, "empty.wav"), s.set.url() + "planted.wav"},
	} {
		if out, err := c.aws(args...); err == nil || !strings.Contains(out, "AccessDenied") {
			t.Errorf("aws %s: %v, not AccessDenied\n%s", strings.Join(args, " "), err, tail(out, 5))
		}
	}
}

func downloadThroughPortal(t *testing.T, s *story) {
	listed := s.portal.keys(storyUnit, "placed")
	for key, sum256 := range s.placed {
		if !strings.HasPrefix(key, copied+"/") {
			continue
		}
		answer := s.portal.get(unitPath(storyUnit, "files", listed[key].ID, "download")).want(http.StatusSeeOther)
		file := newPortal(t, "").get(answer.Header.Get("Location"))
		if file.Status != http.StatusOK || sum([]byte(file.Body)) != sum256 {
			t.Errorf("%q downloads with status %d and %d bytes of other content", key, file.Status, len(file.Body))
		}
		if name := dispositionName(t, file.Header.Get("Content-Disposition")); name != filepath.Base(key) && !strings.ContainsAny(key, `\"/`) {
			t.Errorf("%q downloads as %q", key, name)
		}
	}
}

func deleteThroughPortal(t *testing.T, s *story) {
	key := copied + "/one byte"
	id := s.portal.keys(storyUnit, "placed")[key].ID
	s.portal.post(unitPath(storyUnit, "files", "delete"), url.Values{"id": {id}}).want(http.StatusSeeOther)
	eventually(t, noticeWithin, "the deleted file is gone", func() (bool, string) {
		_, still := s.portal.keys(storyUnit, "placed")[key]
		return !still, fmt.Sprintf("listed: %t", still)
	})
	delete(s.placed, key)
	s.wantInSEA(t)
}

func deleteAsPartner(t *testing.T, s *story) {
	key := moved + "/one byte"
	if out, err := newCLI(t, s.set).aws("s3", "rm", s.set.url()+key); err != nil {
		t.Fatalf("delete as the partner: %v\n%s", err, out)
	}
	delete(s.placed, key)
	eventually(t, noticeWithin, "history says that the partner deleted a file", func() (bool, string) {
		page := s.portal.get(unitPath(storyUnit, "history")).want(http.StatusOK)
		text := strings.ToLower(page.text())
		return strings.Contains(text, "partner") && strings.Contains(page.Doc.Text(), "one byte"), text
	})
	if state := s.portal.keys(storyUnit, "removed")[key].State; state != "removed" {
		t.Errorf("the file that the partner deleted is %q", state)
	}
	s.wantInSEA(t)
}

func restart(t *testing.T, s *story) {
	before := s.portal.keys(storyUnit, "any")
	s.in.stop()
	s.in.start()
	after := s.portal.keys(storyUnit, "any") // with the same cookie: sessions survive
	if len(before) != len(after) {
		t.Errorf("%d files before the restart, %d after", len(before), len(after))
	}
	for key, row := range before {
		if after[key] != row {
			t.Errorf("%q was %v and is %v", key, row, after[key])
		}
	}
	s.wantInSEA(t)
	wantRefused(t, s.old)
	wantWhole(t, s.set, s.placed)
}

func secretsNowhere(t *testing.T, s *story) {
	secrets := map[string]string{"the partner's secret": s.set.Secret, "the old secret": s.old.Secret, "the password": password}
	for what, secret := range secrets {
		if strings.Contains(s.in.out.String(), secret) {
			t.Errorf("%s stands in the log", what)
		}
		for _, path := range []string{"/", "/history", unitPath(storyUnit), unitPath(storyUnit, "credentials"), unitPath(storyUnit, "history")} {
			if strings.Contains(s.portal.get(path).Body, secret) {
				t.Errorf("%s stands on %s", what, path)
			}
		}
		for _, pattern := range []string{"*", "*/*"} {
			files, _ := filepath.Glob(filepath.Join(s.in.dataDir, pattern))
			for _, file := range files {
				if body, err := os.ReadFile(file); err == nil && strings.Contains(string(body), secret) {
					t.Errorf("%s stands in %s in clear", what, filepath.Base(file))
				}
			}
		}
	}
	s.in.command("", "history", "verify")
}

func expire(t *testing.T, s *story) {
	place := s.location(t)
	before := len(s.portal.files(storyUnit, "any"))
	s.in.stop()
	s.in.start("SEA_CLOCK_OFFSET=721h")
	eventually(t, placeWithin, "the location is empty", func() (bool, string) {
		left := s.operator.list(t, place.Bucket, place.Prefix)
		return len(left) == 0, countText(len(left), 0)
	})
	eventually(t, noticeWithin, "every placement is removed", func() (bool, string) {
		removed := s.portal.files(storyUnit, "removed")
		return len(removed) == before, countText(len(removed), before)
	})
	if rows := s.portal.files(storyUnit, ""); len(rows) != 0 {
		t.Errorf("%d files are still listed by default", len(rows))
	}
	if active := s.operator.list(t, "active", storyUnit+"/"); len(active) == 0 {
		t.Error("active storage was emptied too")
	}
	if text := s.portal.get(unitPath(storyUnit, "history")).want(http.StatusOK).text(); text == "" {
		t.Error("the history is empty")
	}
	s.in.command("", "history", "verify")
}
