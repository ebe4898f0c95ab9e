package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// changeRules turns copy into move and move into copy, uploads the bytes of removed files again, and adds one new file for each rule, so
// that there is something to wait for.
func changeRules(t *testing.T, s *story) {
	before := len(s.portal.files(storyUnit, "any"))
	s.editAction("Recordings of the north", "move")
	s.editAction("Transcripts move", "copy")

	s.upload(t, copied, copied+"/one byte")
	s.upload(t, moved, moved+"/one byte")
	fresh := map[string]string{"new recording.wav": copied, "new transcript.txt": moved}
	for key, media := range fresh {
		s.operator.put(t, storyUnit+"/"+key, "new "+media, map[string]string{"media-type": media, "team": "north"})
		s.placed[key] = sum([]byte("new " + media))
	}
	s.portal.waitPlaced(storyUnit, len(s.placed))
	s.portal.run(storyUnit)
	s.portal.waitPlaced(storyUnit, len(s.placed))

	if after := len(s.portal.files(storyUnit, "any")); after != before+len(fresh) {
		t.Errorf("%d placements, not %d: something was placed twice", after, before+len(fresh))
	}
	s.wantInSEA(t)
	active := s.operator.list(t, "active", storyUnit+"/")
	for key := range s.corpus.sums[copied] {
		if _, there := active[key]; !there {
			t.Errorf("copied once, and moved now: %q", key)
		}
	}
	if _, still := active["new recording.wav"]; still {
		t.Error("the rule that moves now left its source")
	}
	if _, there := active["new transcript.txt"]; !there {
		t.Error("the rule that copies now took its source")
	}
}

// upload stores a file of the corpus in active storage again, byte for byte.
func (s *story) upload(t *testing.T, media, key string) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(s.corpus.folder(media), filepath.FromSlash(key)))
	if err != nil {
		t.Fatalf("read the corpus: %v", err)
	}
	s.operator.put(t, storyUnit+"/"+key, string(body), map[string]string{"media-type": media, "team": "north"})
}

// editAction finds a rule by its name, opens its form and sends it back with another action.
func (s *story) editAction(name, action string) {
	s.portal.t.Helper()
	rules := s.portal.get(unitPath(storyUnit, "rules")).want(http.StatusOK)
	edit := ""
	rules.Doc.Find(`a[href*="/rules/"]`).EachWithBreak(func(_ int, link *goquery.Selection) bool {
		href := link.AttrOr("href", "")
		switch {
		case strings.HasSuffix(href, "/edit") && strings.Contains(link.Closest("tr, li, article").Text(), name):
			edit = href
		case strings.TrimSpace(link.Text()) == name:
			edit = strings.TrimSuffix(href, "/edit") + "/edit"
		}
		return edit == ""
	})
	if edit == "" {
		s.portal.t.Fatalf("no link leads to the rule %q", name)
	}
	target, values := s.portal.get(edit).want(http.StatusOK).form("media_type")
	values.Set("action", action)
	values.Set("state", "on")
	s.portal.post(target, values).want(http.StatusSeeOther)
}
