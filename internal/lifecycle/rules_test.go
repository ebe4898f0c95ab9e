package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"seaportal/internal/lifecycle"
	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// asked tells of each round that is about to begin: a round looks for the key
// first.
type asked struct {
	lifecycle.Keys
	first func()
}

func (a *asked) Current(ctx context.Context, unit models.BusinessUnit) (string, error) {
	if do := a.first; do != nil {
		a.first = nil
		do()
	}
	return a.Keys.Current(ctx, unit)
}

// TestARuleThatChangesDuringItsRoundPlacesNothingMore changes what a round goes
// by after it has read its rules.
func TestARuleThatChangesDuringItsRoundPlacesNothingMore(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(b *bench, id int64) error
		want   int
	}{
		"paused": {func(b *bench, id int64) error {
			_, err := b.rules.Pause(b.Context(), models.System, b.unit, id)
			return err
		}, 0},
		"deleted": {func(b *bench, id int64) error {
			_, err := b.rules.Delete(b.Context(), models.System, b.unit, id)
			return err
		}, 0},
		"edited": {func(b *bench, id int64) error {
			now, err := b.rules.Show(b.Context(), b.unit, id)
			if err != nil {
				return err
			}
			now.Criteria = rule.Criteria{{Field: rule.Name, Operator: rule.AnyOf, Values: []string{"1.wav"}}}
			_, err = b.rules.Update(b.Context(), models.System, b.unit, id, now.LockVersion, now.Definition)
			return err
		}, 1},
		"switched off": {func(b *bench, _ int64) error {
			return b.store.ChangeSEA(b.Context(), b.unit.ID, models.SEAEnabled, models.SEADisabling)
		}, 0},
		"limited": {func(b *bench, _ int64) error {
			b.unit.DailyLimit = 2
			return b.store.UpdateSettings(b.Context(), b.unit)
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := sqliteBench(t)
			for i := range 3 {
				b.put(fmt.Sprintf("%d.wav", i), content(i), nil)
			}
			id := b.rule("copies", rule.Copy, nil).ID
			e := b.engine(0, nil)
			e.Keys = &asked{e.Keys, func() {
				if err := test.change(b, id); err != nil {
					t.Error(err)
				}
			}}
			b.run(e)
			if keys := b.seaKeys(); len(keys) != test.want {
				t.Errorf("%q were placed, want %d", keys, test.want)
			}
			for _, rows := range b.placements() {
				if now, err := b.rules.Show(t.Context(), b.unit, id); err != nil || rows[0].RuleVersion != now.Version {
					t.Errorf("placed by version %d, the rule has %d, %v", rows[0].RuleVersion, now.Version, err)
				}
			}
		})
	}
}

// TestAPausedRuleClaimsNothingMore pauses a rule that has begun to claim: a
// claim is for ever.
func TestAPausedRuleClaimsNothingMore(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	const files = 10_000
	seen := make([]models.File, files)
	for i := range seen {
		seen[i] = models.File{
			UnitID: b.unit.ID, Key: fmt.Sprintf("%05d.wav", i), ETag: "x", MediaType: "call-recording",
			Attributes: "{}", FirstSeen: time.Now().UTC(), LastModified: time.Now().UTC(),
		}
	}
	if err := b.store.SaveSeen(t.Context(), b.unit.ID, seen, time.Now().UTC()); err != nil {
		t.Fatal(err)
	}
	id := b.rule("keeps", rule.Keep, nil).ID
	managed := func() int64 {
		counts, err := b.store.RuleCounts(t.Context(), b.unit.ID)
		if err != nil {
			t.Error(err)
		}
		return counts[id].Managed
	}
	done := make(chan error, 1)
	go func() { done <- b.engine(0, nil).PlaceAll(t.Context()) }()
	b.wait("the first claims", func() bool { return managed() > 0 })
	if _, err := b.rules.Pause(t.Context(), models.System, b.unit, id); err != nil {
		t.Fatal(err)
	}
	before := managed()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if after := managed(); after != before || after == files {
		t.Errorf("it claimed %d files before it was paused, and has %d", before, after)
	}
}

// TestTheDailyLimitIsSpentAsTheSimulationSays lets two media types compete for
// one day's limit.
func TestTheDailyLimitIsSpentAsTheSimulationSays(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.unit.DailyLimit = 2
	if err := b.store.UpdateSettings(t.Context(), b.unit); err != nil {
		t.Fatal(err)
	}
	for _, media := range []rule.MediaType{rule.ChatTranscript, rule.ScreenRecording} {
		for i := range 2 {
			b.put(fmt.Sprintf("%s/%d", media, i), content(i), map[string]string{"media-type": string(media)})
		}
	}
	paused := func(media rule.MediaType) func(*rule.Definition) {
		return func(d *rule.Definition) { d.MediaType, d.State = media, rule.Paused }
	}
	rules := []int64{b.rule("chats", rule.Copy, paused(rule.ChatTranscript)).ID, b.rule("screens", rule.Copy, paused(rule.ScreenRecording)).ID}
	e := b.engine(0, nil)
	b.run(e)
	for _, id := range rules {
		if _, err := b.rules.Resume(t.Context(), models.System, b.unit, id); err != nil {
			t.Fatal(err)
		}
	}
	simulated, err := b.rules.Simulate(t.Context(), b.unit)
	if err != nil {
		t.Fatal(err)
	}
	b.run(e)
	counts, err := b.store.RuleCounts(t.Context(), b.unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range simulated.Rules {
		if said, did := r.Days[0].Files, counts[r.ID].Placed; said != did {
			t.Errorf("%s: said %d, did %d", r.Name, said, did)
		}
	}
}

// TestAClaimedFileIsJudgedByWhatItSaysNow changes a file's attributes, and not
// its content, while it waits for its day.
func TestAClaimedFileIsJudgedByWhatItSaysNow(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.rule("claims", rule.Copy, func(d *rule.Definition) {
		d.AfterDays = 2
		d.Criteria = rule.Criteria{{Field: rule.Skill, Operator: rule.AnyOf, Values: []string{"Claims"}}}
	})
	b.put("a.wav", "a", skilled("Claims"))
	e := b.engine(0, nil)
	b.run(e)
	for _, now := range []string{"Sales", "Claims"} {
		b.put("a.wav", "a", skilled(now))
		news := lifecycle.Event{Kind: lifecycle.Created, Bucket: b.unit.ActiveBucket, Key: b.unit.ActivePrefix + "a.wav"}
		if err := e.Work(t.Context(), []lifecycle.Event{news}); err != nil { // a listing tells whole seconds only
			t.Fatal(err)
		}
		e.Stop()
		b.run(b.engine(72*time.Hour, nil))
		_, placed := b.sea("a.wav")
		_, why, err := b.rules.Why(t.Context(), b.unit, 1)
		if err != nil || placed != (now == "Claims") {
			t.Errorf("its skill is %s; placed: %v, %v: %s", now, placed, err, why.Sentence)
		}
	}
}

// TestWhatChangesWhileItIsClaimedGoesByWhatItSaysNow changes attributes between
// the look at a batch and its record, to what a rule wants and to what it does
// not: of files that are open, and of such that it has to judge again.
func TestWhatChangesWhileItIsClaimedGoesByWhatItSaysNow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		const wanted, other = "Claims", "Sales"
		b.rule("claims", rule.Copy, func(d *rule.Definition) {
			d.AfterDays = 2
			d.Criteria = rule.Criteria{{Field: rule.Skill, Operator: rule.AnyOf, Values: []string{wanted}}}
		})
		for _, key := range []string{"judged-in.wav", "judged-out.wav"} {
			b.put(key, "a", skilled(wanted))
		}
		e := b.engine(0, nil)
		b.run(e)
		look := func(skills map[string]string) {
			t.Helper()
			for key, skill := range skills {
				b.put(key, "a", skilled(skill))
			}
			if err := e.Look(t.Context(), b.unit, slices.Collect(maps.Keys(skills))); err != nil {
				t.Fatal(err)
			}
		}
		look(map[string]string{"judged-in.wav": other, "judged-out.wav": wanted, "open-in.wav": other, "open-out.wav": wanted})
		if err := e.ClaimLate(t.Context(), b.unit, func() {
			look(map[string]string{"judged-in.wav": wanted, "judged-out.wav": other, "open-in.wav": wanted, "open-out.wav": other})
		}); err != nil {
			t.Fatal(err)
		}
		b.run(b.engine(72*time.Hour, nil))
		if got := b.seaKeys(); !slices.Equal(got, []string{"judged-in.wav", "open-in.wav"}) {
			t.Errorf("placed %q", got)
		}
	})
}

// TestWhatChangesWhileItIsBegunIsJudgedFirst changes attributes between the look at
// what is due and its record: of a file that is new, and of one that waits for
// another try.
func TestWhatChangesWhileItIsBegunIsJudgedFirst(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		const wanted, other = "Claims", "Sales"
		b.rule("moves", rule.Move, func(d *rule.Definition) {
			d.Criteria = rule.Criteria{{Field: rule.Skill, Operator: rule.AnyOf, Values: []string{wanted}}}
		})
		b.put("again.wav", "a", skilled(wanted))
		b.put("stays.wav", "a", skilled(wanted))
		b.run(b.engine(0, through(wire{before: func(r *http.Request) (*http.Response, error) {
			if isCopy(r) {
				return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
			}
			return nil, nil
		}})))
		later := b.engine(time.Hour, nil)
		b.put("new.wav", "a", skilled(wanted))
		if err := later.Look(t.Context(), b.unit, []string{"new.wav"}); err != nil {
			t.Fatal(err)
		}
		if err := later.ClaimLate(t.Context(), b.unit, func() {}); err != nil {
			t.Fatal(err)
		}
		begun, err := later.BeginLate(t.Context(), b.unit, func() {
			for _, key := range []string{"again.wav", "new.wav"} {
				b.put(key, "a", skilled(other))
			}
			if err := later.Look(t.Context(), b.unit, []string{"again.wav", "new.wav"}); err != nil {
				t.Fatal(err)
			}
		})
		if err != nil || begun != 1 {
			t.Errorf("begun %d, %v", begun, err)
		}
		b.run(later)
		b.run(b.engine(2*time.Hour, nil)) // what seemed to be under way
		if got := b.seaKeys(); !slices.Equal(got, []string{"stays.wav"}) {
			t.Errorf("placed %q", got)
		}
	})
}

// skilled is the metadata of a call recording of a skill.
func skilled(skill string) map[string]string {
	return map[string]string{"media-type": "call-recording", "skill": skill}
}

// TestAKeyThatIsChosenDuringARoundCounts chooses one after the round has asked
// for the key.
func TestAKeyThatIsChosenDuringARoundCounts(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("copies", rule.Copy, nil)
	e := b.engine(0, nil)
	e.Keys = &asked{e.Keys, func() {
		unit, err := b.store.UnitByID(t.Context(), b.unit.ID)
		made, failed := server.keys.CreateKey(t.Context(), &kms.CreateKeyInput{})
		if err = errors.Join(err, failed); err == nil {
			err = b.store.SetCustomKey(t.Context(), unit.ID, unit.LockVersion, *made.KeyMetadata.Arn)
		}
		if err != nil {
			t.Error(err)
		}
	}}
	b.run(e)
	unit, err := b.store.UnitByID(t.Context(), b.unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if p := b.only("a.wav"); p.State != models.PlacementPlaced || p.KeyARN != unit.CustomKeyARN || p.KeyARN == "" {
		t.Errorf("%s under %q, the unit's key is %q", p.State, p.KeyARN, unit.CustomKeyARN)
	}
}
