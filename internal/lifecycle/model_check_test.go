package lifecycle_test

import (
	"crypto/md5"
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"

	"seaportal/internal/objects"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/models"
)

// check holds S3 and the database against the model.
func (w *world) check(rt *rapid.T) {
	w.checkActive(rt)
	w.checkLocation(rt)
	w.checkClaims(rt)
	w.checkLimit(rt)
}

// checkLimit: no day begins more placements than the daily limit.
func (w *world) checkLimit(rt *rapid.T) {
	begun := map[string]int{}
	for _, p := range w.rows() {
		begun[p.QueuedAt.UTC().Format(time.DateOnly)]++
	}
	for day, files := range begun {
		if w.unit.DailyLimit > 0 && files > w.unit.DailyLimit {
			rt.Fatalf("%d placements were begun on %s, the limit is %d", files, day, w.unit.DailyLimit)
		}
	}
}

// checkActive: only a move may take what people left in active storage, and
// only after its content was placed.
func (w *world) checkActive(rt *rapid.T) {
	moved := map[string]bool{}
	for _, p := range w.rows() {
		moved[p.Key+p.SourceETag] = p.PlacedAt != nil && p.Action == string(rule.Move)
	}
	for key, want := range w.content {
		got, there := w.active(key)
		switch {
		case there && got != want:
			rt.Fatalf("%s in active storage is %q, people left %q", key, got, want)
		case !there && !moved[key+etag(want)]:
			rt.Fatalf("%s left active storage without being moved", key)
		case !there:
			delete(w.content, key)
		}
	}
}

// etag is the ETag of a content that was put in one request: its MD5.
func etag(content string) string {
	return fmt.Sprintf("%q", fmt.Sprintf("%x", md5.Sum([]byte(content))))
}

// checkLocation: every content in SEA is whole, came once, and stays away once
// it has left. A copy that is not recorded as placed yet may still be taken
// away and made again.
func (w *world) checkLocation(rt *rapid.T) {
	standing, recorded := map[string]bool{}, map[string]bool{}
	for _, p := range w.rows() {
		recorded[fmt.Sprint(p.ID)] = p.PlacedAt != nil
	}
	for _, key := range w.seaKeys() {
		head, err := objects.New(w.s3).Head(w.Context(), "sea", *w.unit.SEAPrefix+key)
		if err != nil {
			rt.Fatal(err)
		}
		text, _ := w.sea(key)
		mark := head.Metadata[objects.PlacementMark]
		if !strings.Contains(text, " version ") || mark == "" {
			rt.Fatalf("%s in SEA is %q, placed by %q", key, text, mark)
		}
		if !recorded[mark] {
			continue
		}
		if known, ever := w.placed[text]; ever && known != mark || w.left[text] {
			rt.Fatalf("%q came again: by placement %s, before by %s", text, mark, known)
		}
		if standing[text] {
			rt.Fatalf("%q stands twice in SEA", text)
		}
		w.placed[text], standing[text] = mark, true
	}
	for text := range w.placed {
		w.left[text] = w.left[text] || !standing[text]
	}
}

// checkClaims: a claim never changes.
func (w *world) checkClaims(rt *rapid.T) {
	for _, file := range w.files() {
		if file.RuleID == nil {
			if w.claims[file.ID] != 0 {
				rt.Fatalf("file %d lost its claim by rule %d", file.ID, w.claims[file.ID])
			}
			continue
		}
		if known := w.claims[file.ID]; known != 0 && known != *file.RuleID {
			rt.Fatalf("file %d was claimed by rule %d, now by %d", file.ID, known, *file.RuleID)
		}
		w.claims[file.ID] = *file.RuleID
	}
}

// files gives the current files.
func (w *world) files() []models.File {
	files, err := w.store.CurrentFilesByKey(w.Context(), w.unit.ID, modelKeys)
	if err != nil {
		w.rt.Fatal(err)
	}
	return files
}

// finish lets everything come to its end, and checks that it did.
func (w *world) finish() {
	w.limit(0)
	for range 8 { // each run an hour later: the pauses between attempts are shorter
		w.run(w.rt, calm)
		w.offset += time.Hour
	}
	if err := w.engineNow().ReconcileAll(w.Context()); err != nil {
		w.rt.Fatal(err)
	}
	w.check(w.rt)
	w.checkSettled()
	w.checkNothingWaits()
	w.checkVersions()
	w.verifyHistory()
	if w.Failed() {
		w.rt.Fatal("see above")
	}
}

// checkSettled: every placement came to an end, and SEA holds exactly what the
// database says.
func (w *world) checkSettled() {
	stands := map[string]bool{}
	for _, key := range w.seaKeys() {
		stands[key] = true
	}
	on := w.liveRules()
	for _, p := range w.rows() {
		switch p.State {
		case models.PlacementPlaced:
			if !stands[p.SEAKey] {
				w.rt.Fatalf("placement %d is placed, but %s is not there", p.ID, p.SEAKey)
			}
			delete(stands, p.SEAKey)
		case models.PlacementQueued:
			if r, live := on[p.RuleID]; live && r.Action.Places() && !w.mayWait(p, r) {
				w.rt.Fatalf("placement %d still waits: %s", p.ID, p.LastError)
			}
		case models.PlacementPlacing, models.PlacementRemoving:
			w.rt.Fatalf("placement %d is still %s", p.ID, p.State)
		case models.PlacementRemoved, models.PlacementFailed:
		}
		if p.Action == string(rule.Move) && p.PlacedAt != nil && (p.SourceState == models.SourceKept || p.SourceState == models.SourceDeleting) {
			w.rt.Fatalf("the source of placement %d is still %s", p.ID, p.SourceState)
		}
	}
	if len(stands) > 0 {
		w.rt.Fatalf("no placement explains %v", stands)
	}
}

// checkVersions: what was placed, the recorded version of its rule places, by an
// attribute that the file had.
func (w *world) checkVersions() {
	for _, p := range w.rows() {
		if p.PlacedAt == nil {
			continue
		}
		versions, err := w.rules.Versions(w.Context(), w.unit, p.RuleID)
		if err != nil {
			w.rt.Fatal(err)
		}
		for _, v := range versions {
			if v.Version != p.RuleVersion {
				continue
			}
			if string(v.Action) != p.Action || !v.Action.Places() || !named(v.Definition, p.Key) || !w.media[p.Key+p.SourceETag][string(v.MediaType)] {
				w.rt.Fatalf("placement %d of %s was a %s by version %d of rule %d, which says %+v", p.ID, p.Key, p.Action, v.Version, p.RuleID, v.Definition)
			}
		}
	}
}

// mayWait tells whether a placement that was tried waits because its rule was
// edited: it does not want the file any more, or not yet.
func (w *world) mayWait(p models.Placement, r rulebook.Rule) bool {
	file, err := w.store.File(w.Context(), w.unit.ID, p.FileID)
	if err != nil {
		w.rt.Fatal(err)
	}
	return !wants(r, file) || rule.Due(file.LastModified, r.AfterDays, r.StartDate).After(w.engineNow().Clock.Now().Add(-time.Hour))
}

// wants is what the model knows of matching.
func wants(r rulebook.Rule, file models.File) bool {
	return string(r.MediaType) == file.MediaType && named(r.Definition, file.Key)
}

func named(d rule.Definition, key string) bool {
	return len(d.Criteria) == 0 || strings.HasPrefix(key[strings.LastIndex(key, "/")+1:], "a")
}

func (w *world) liveRules() map[int64]rulebook.Rule {
	rules, err := w.rules.List(w.Context(), w.unit)
	if err != nil {
		w.rt.Fatal(err)
	}
	on := map[int64]rulebook.Rule{}
	for _, r := range rules {
		if r.State == rule.On {
			on[r.ID] = r
		}
	}
	return on
}

// checkNothingWaits: no file is left that a rule should have claimed or placed.
func (w *world) checkNothingWaits() {
	now := w.engineNow().Clock.Now()
	on := w.liveRules()
	used := map[int64]bool{}
	for _, p := range w.rows() {
		used[p.FileID] = true
	}
	for _, file := range w.files() {
		for id, r := range on {
			matches := wants(r, file)
			switch {
			case file.RuleID == nil && matches:
				w.rt.Fatalf("file %d (%s) is open, but rule %d wants it", file.ID, file.Key, id)
			case file.RuleID != nil && *file.RuleID == id && matches && r.Action.Places() && !used[file.ID] &&
				!rule.Due(file.LastModified, r.AfterDays, r.StartDate).After(now.Add(-time.Hour)):
				w.rt.Fatalf("file %d (%s) is due by rule %d and was not placed", file.ID, file.Key, id)
			}
		}
	}
}
