package lifecycle_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
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
			"run meddled":    func(rt *rapid.T) { m.run(rt, drawMisfortune(rt)) },
			"run interfered": func(rt *rapid.T) { m.run(rt, drawMisfortune(rt)) },
			"reconcile":      m.reconcile,
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
	placed   map[string]string          // content ever seen in SEA → the mark of the placement that brought it
	left     map[string]bool            // contents that left SEA for good
	claims   map[int64]int64            // file → rule
	media    map[string]map[string]bool // key and ETag → media types that it ever had
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
		media: map[string]map[string]bool{},
	}
}

var (
	modelKeys  = []string{"a.wav", "b.wav", "dir/a.wav", "dir/ü+%.wav"}
	modelMedia = []rule.MediaType{rule.CallRecording, rule.Email}
)

// begin makes a rule for each media type and some files, so that every history
// has something to go wrong, and sets a daily limit in some lives.
func (w *world) begin(rt *rapid.T) {
	w.limit(rapid.SampledFrom([]int{0, 0, 2, 3}).Draw(rt, "daily limit"))
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

// limit sets the unit's daily limit.
func (w *world) limit(files int) {
	unit, err := w.store.UnitByID(w.Context(), w.unit.ID)
	if err != nil {
		w.rt.Fatal(err)
	}
	unit.DailyLimit = files
	if err := w.store.UpdateSettings(w.Context(), unit); err != nil {
		w.rt.Fatal(err)
	}
	w.unit.DailyLimit = files
}

// put stores new content, or one of the contents that the key had before,
// sometimes with another media type: the same file, with other attributes.
func (w *world) put(rt *rapid.T) {
	key := rapid.SampledFrom(modelKeys).Draw(rt, "key")
	version := rapid.IntRange(max(0, w.versions[key]-1), w.versions[key]+1).Draw(rt, "version")
	w.versions[key] = max(version, w.versions[key])
	media := w.mediaOf(key, version)
	if rapid.IntRange(0, 3).Draw(rt, "attributes") == 0 {
		media = rapid.SampledFrom(modelMedia).Draw(rt, "media")
	}
	w.write(key, version, media)
}

// mediaOf is the media type that a version of a key has at first.
func (w *world) mediaOf(key string, version int) rule.MediaType {
	return modelMedia[(len(key)+version)%len(modelMedia)]
}

// write stores one version of a key.
func (w *world) write(key string, version int, media rule.MediaType) {
	text := fmt.Sprintf("%s version %d", key, version)
	file := key + etag(text)
	if w.media[file] == nil {
		w.media[file] = map[string]bool{}
	}
	w.media[file][string(media)] = true
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

func (w *world) expire(rt *rapid.T) {
	due := map[int64]bool{}
	now := w.engineNow().Clock.Now()
	for _, p := range w.rows() {
		due[p.ID] = p.State == models.PlacementPlaced && !p.Held && !p.PlacedAt.Add(month).After(now)
	}
	before := w.rows()
	f := sometimes(rt)
	w.suffer(rt, f, func(ctx context.Context, e *lifecycle.Engine) error { return e.ExpireDue(ctx) })
	after := map[int64]models.Placement{}
	for _, p := range w.rows() {
		after[p.ID] = p
	}
	for _, p := range before {
		removed := p.State == models.PlacementPlaced && after[p.ID].State == models.PlacementRemoved
		if removed && !due[p.ID] || len(f.at) == 0 && due[p.ID] && !removed {
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
	f := sometimes(rt)
	w.suffer(rt, f, func(ctx context.Context, e *lifecycle.Engine) error {
		err := e.Delete(ctx, models.System, w.unit, []int64{p.ID})
		if p.Held != (err != nil) && (p.Held || len(f.at) == 0) {
			rt.Fatalf("deleting a file, held %v: %v", p.Held, err)
		}
		return nil
	})
}

func (w *world) reconcile(rt *rapid.T) {
	w.suffer(rt, sometimes(rt), func(ctx context.Context, e *lifecycle.Engine) error { return e.ReconcileAll(ctx) })
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
