package lifecycle_test

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"seaportal/internal/lifecycle"
	"seaportal/internal/objects"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/internal/store"
	"seaportal/models"
)

// TestModel lets random people, partners, clocks, faults and kills loose on one
// unit, and holds what really stands in S3 and in the database against a small
// model of the invariants after each step. SEA_TEST_SEQUENCES says how many
// random lives it lives through.
func TestModel(t *testing.T) {
	t.Parallel()
	var placed atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		m := newModel(t, rt)
		m.begin(rt)
		rt.Repeat(map[string]func(*rapid.T){
			"put":            m.put,
			"put more":       m.put,
			"delete":         m.deleteActive,
			"partner":        m.partnerDelete,
			"compose":        m.compose,
			"edit":           m.edit,
			"pause":          m.pause,
			"drop":           m.drop,
			"run":            func(rt *rapid.T) { m.run(rt, calm) },
			"run again":      func(rt *rapid.T) { m.run(rt, calm) },
			"run meddled":    func(rt *rapid.T) { m.run(rt, drawMishap(rt)) },
			"run interfered": func(rt *rapid.T) { m.run(rt, drawMishap(rt)) },
			"wait":           m.wait,
			"expire":         m.expire,
			"remove":         m.remove,
			"hold":           m.hold,
			"retry":          m.retryAll,
			"":               m.check,
		})
		m.finish()
		placed.Add(int64(len(m.placed)))
	})
	t.Logf("%d files were placed in all", placed.Load())
}

// world is one unit as the model knows it. A content names its key, so that a
// content anywhere tells which file it is.
type world struct {
	*bench
	rt       *rapid.T
	offset   time.Duration
	content  map[string]string // what people left in active storage, by key
	versions map[string]int
	placed   map[string]string // content ever seen in SEA → the mark of the placement that brought it
	left     map[string]bool   // contents that left SEA for good
	claims   map[int64]int64   // file → rule
}

func newModel(t *testing.T, rt *rapid.T) *world {
	s, err := store.Open(t.Context(), store.Config{
		URL: "sqlite:" + filepath.Join(t.TempDir(), "sea.db"), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		rt.Fatal(err)
	}
	rt.Cleanup(func() { _ = s.Close() })
	return &world{
		bench: newBench(t, s), rt: rt, content: map[string]string{}, versions: map[string]int{},
		placed: map[string]string{}, left: map[string]bool{}, claims: map[int64]int64{},
	}
}

var (
	modelKeys  = []string{"a.wav", "b.wav", "dir/a.wav", "dir/ü+%.wav"}
	modelMedia = []rule.MediaType{rule.CallRecording, rule.Email}
)

// begin makes a rule for each media type and some files, so that every history
// has something to go wrong.
func (w *world) begin(rt *rapid.T) {
	for i, media := range modelMedia {
		definition := w.definition(rt, fmt.Sprint("first ", i), 10)
		definition.MediaType = media
		if _, err := w.rules.Create(w.Context(), models.System, w.unit, definition); err != nil {
			rt.Fatal(err)
		}
	}
	for range 3 {
		w.put(rt)
	}
}

// put stores new content, or one of the contents that the key had before.
func (w *world) put(rt *rapid.T) {
	key := rapid.SampledFrom(modelKeys).Draw(rt, "key")
	version := rapid.IntRange(max(0, w.versions[key]-1), w.versions[key]+1).Draw(rt, "version")
	w.versions[key] = max(version, w.versions[key])
	w.write(key, version)
}

// write stores one version of a key.
func (w *world) write(key string, version int) {
	// The media type belongs to the content, as the attributes of one file never change.
	media := modelMedia[(len(key)+version)%len(modelMedia)]
	text := fmt.Sprintf("%s version %d", key, version)
	w.bench.put(key, text, map[string]string{"media-type": string(media)})
	w.content[key] = text
}

func (w *world) deleteActive(rt *rapid.T) {
	key := rapid.SampledFrom(modelKeys).Draw(rt, "key")
	if err := objects.New(w.s3).Delete(w.Context(), "active", w.unit.ActivePrefix+key, ""); err != nil {
		rt.Fatal(err)
	}
	delete(w.content, key)
}

func (w *world) partnerDelete(rt *rapid.T) {
	keys := w.seaKeys()
	if len(keys) == 0 {
		rt.Skip("SEA is empty")
	}
	w.partnerDeletes(rapid.SampledFrom(keys).Draw(rt, "key"))
}

func (w *world) engineNow() *lifecycle.Engine { return w.engine(w.offset, nil) }

func (w *world) definition(rt *rapid.T, name string, priority int) rule.Definition {
	definition := rule.Definition{
		Name: name, StartDate: rule.Day(time.Now()), Priority: priority,
		MediaType: rapid.SampledFrom(modelMedia).Draw(rt, "media"),
		Action:    rapid.SampledFrom([]rule.Action{rule.Copy, rule.Move, rule.Copy, rule.Move, rule.Keep}).Draw(rt, "action"),
		AfterDays: rapid.SampledFrom([]int{0, 0, 0, 1, 3}).Draw(rt, "days"),
		State:     rule.On,
	}
	if rapid.IntRange(0, 3).Draw(rt, "narrow") == 0 {
		definition.Criteria = rule.Criteria{{Field: rule.Name, Operator: rule.StartsWith, Values: []string{"a"}}}
	}
	return definition
}

func (w *world) compose(rt *rapid.T) {
	number := rapid.IntRange(1, 4).Draw(rt, "number")
	_, err := w.rules.Create(w.Context(), models.System, w.unit, w.definition(rt, fmt.Sprint("rule ", number), number))
	if err != nil {
		rt.Skip("the name or the priority is taken")
	}
}

// someRule draws one of the live rules.
func (w *world) someRule(rt *rapid.T) rulebook.Rule {
	rules, err := w.rules.List(w.Context(), w.unit)
	if err != nil {
		rt.Fatal(err)
	}
	if len(rules) == 0 {
		rt.Skip("no rule")
	}
	return rapid.SampledFrom(rules).Draw(rt, "rule")
}

func (w *world) edit(rt *rapid.T) {
	old := w.someRule(rt)
	changed := w.definition(rt, old.Name, old.Priority)
	if _, err := w.rules.Update(w.Context(), models.System, w.unit, old.ID, old.LockVersion, changed); err != nil {
		rt.Skip("the priority is taken there")
	}
}

func (w *world) pause(rt *rapid.T) {
	chosen := w.someRule(rt)
	change := w.rules.Pause
	if chosen.State != rule.On {
		change = w.rules.Resume
	}
	if _, err := change(w.Context(), models.System, w.unit, chosen.ID); err != nil {
		rt.Fatal(err)
	}
}

func (w *world) drop(rt *rapid.T) {
	if _, err := w.rules.Delete(w.Context(), models.System, w.unit, w.someRule(rt).ID); err != nil {
		rt.Fatal(err)
	}
}

func (w *world) wait(rt *rapid.T) {
	w.offset += time.Duration(rapid.IntRange(1, 10*24).Draw(rt, "hours")) * time.Hour
}

// mishap is what goes wrong at one request of a run.
type mishap struct {
	at   int64 // the number of the request; 0: nothing goes wrong
	kind string
}

var calm = mishap{}

func drawMishap(rt *rapid.T) mishap {
	return mishap{
		at:   rapid.Int64Range(1, 25).Draw(rt, "request"),
		kind: rapid.SampledFrom([]string{"killed before", "killed after", "answer lost", "slow down", "denied", "never sent", "overwritten", "deleted"}).Draw(rt, "mishap"),
	}
}

var errInterference = errors.New("interfered with")

// wire makes the mishap happen; people meddle with their files by meddle.
func (f mishap) wire(kill context.CancelFunc, meddle func(overwrite bool)) wire {
	var count atomic.Int64
	dead := func() bool { return strings.HasPrefix(f.kind, "killed") && count.Load() > f.at }
	return wire{
		before: func(r *http.Request) (*http.Response, error) {
			n := count.Add(1)
			switch {
			case dead():
				return nil, errInterference
			case f.at == 0 || n != f.at:
				return nil, nil
			}
			switch f.kind {
			case "killed before":
				kill()
				return nil, errInterference
			case "slow down":
				return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
			case "denied":
				return refuse(r, http.StatusForbidden, "AccessDenied"), nil
			case "never sent":
				return nil, errInterference
			case "overwritten", "deleted":
				meddle(f.kind == "overwritten")
			}
			return nil, nil
		},
		after: func(*http.Request, *http.Response) error {
			if f.at == 0 || count.Load() < f.at {
				return nil
			}
			switch {
			case f.kind == "killed after":
				kill()
				return errInterference
			case f.kind == "answer lost" && count.Load() == f.at:
				return errInterference
			}
			return nil
		},
	}
}

// meddle overwrites or deletes every file in the middle of a run.
func (w *world) meddle(overwrite bool) {
	for _, key := range modelKeys {
		if _, there := w.content[key]; !there {
			continue
		}
		if !overwrite {
			if err := objects.New(w.s3).Delete(w.Context(), "active", w.unit.ActivePrefix+key, ""); err != nil {
				w.Error(err)
			}
			delete(w.content, key)
			continue
		}
		w.versions[key]++
		w.write(key, w.versions[key])
	}
}

// run runs the unit; a run that is interfered with is followed by the next
// process's start.
func (w *world) run(rt *rapid.T, f mishap) {
	ctx, kill := context.WithCancel(w.Context())
	defer kill()
	_, err := w.engine(w.offset, through(f.wire(kill, w.meddle))).RunUnit(ctx, w.unit.ID)
	if err != nil && f == calm {
		rt.Fatal(err)
	}
	if w.Failed() {
		rt.Fatal("see above")
	}
	if f != calm && rapid.Bool().Draw(rt, "restart") {
		if err := w.engineNow().Resume(w.Context()); err != nil {
			rt.Fatal(err)
		}
	}
}

func (w *world) expire(rt *rapid.T) {
	due := map[int64]bool{}
	now := w.engineNow().Now()
	for _, p := range w.rows() {
		due[p.ID] = p.State == models.PlacementPlaced && !p.Held && !p.PlacedAt.Add(month).After(now)
	}
	before := w.rows()
	if err := w.engineNow().ExpireDue(w.Context()); err != nil {
		rt.Fatal(err)
	}
	after := map[int64]models.Placement{}
	for _, p := range w.rows() {
		after[p.ID] = p
	}
	for _, p := range before {
		removed := p.State == models.PlacementPlaced && after[p.ID].State == models.PlacementRemoved
		if removed != due[p.ID] {
			rt.Fatalf("placement %d: removed %v, due %v, held %v, expires %v, now %v", p.ID, removed, due[p.ID], p.Held, p.ExpiresAt, now)
		}
	}
}

// rows gives all placements.
func (w *world) rows() []models.Placement {
	rows, err := w.store.Placements(w.Context(), store.PlacementsQuery{UnitID: w.unit.ID, Limit: 10_000})
	if err != nil {
		w.rt.Fatal(err)
	}
	return rows
}

// some draws a placement in a state.
func (w *world) some(rt *rapid.T, state models.PlacementState) models.Placement {
	var in []models.Placement
	for _, p := range w.rows() {
		if p.State == state {
			in = append(in, p)
		}
	}
	if len(in) == 0 {
		rt.Skip("none is " + string(state))
	}
	return rapid.SampledFrom(in).Draw(rt, "placement")
}

func (w *world) remove(rt *rapid.T) {
	p := w.some(rt, models.PlacementPlaced)
	err := w.engineNow().Delete(w.Context(), models.System, w.unit, []int64{p.ID})
	if (err != nil) != p.Held {
		rt.Fatalf("deleting a file, held %v: %v", p.Held, err)
	}
}

func (w *world) hold(rt *rapid.T) {
	p := w.some(rt, models.PlacementPlaced)
	var err error
	if p.Held {
		err = w.engineNow().Release(w.Context(), models.System, w.unit, p.ID)
	} else {
		err = w.engineNow().Hold(w.Context(), models.System, w.unit, p.ID, "asked for")
	}
	if err != nil {
		rt.Fatal(err)
	}
}

func (w *world) retryAll(rt *rapid.T) {
	if err := w.engineNow().RetryFailed(w.Context(), models.System, w.unit); err != nil {
		rt.Fatal(err)
	}
}

// check holds S3 and the database against the model.
func (w *world) check(rt *rapid.T) {
	w.checkActive(rt)
	w.checkLocation(rt)
	w.checkClaims(rt)
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
			if r, live := on[p.RuleID]; live && r.Action.Places() {
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
	now := w.engineNow().Now()
	on := w.liveRules()
	used := map[int64]bool{}
	for _, p := range w.rows() {
		used[p.FileID] = true
	}
	for _, file := range w.files() {
		for id, r := range on {
			matches := string(r.MediaType) == file.MediaType && (len(r.Criteria) == 0 || strings.HasPrefix(file.Key[strings.LastIndex(file.Key, "/")+1:], "a"))
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
