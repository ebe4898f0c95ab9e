package lifecycle_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"seaportal/internal/lifecycle"
	"seaportal/internal/rule"
	"seaportal/models"
)

// edit changes a rule.
func (b *bench) edit(id int64, change func(*rule.Definition)) {
	b.Helper()
	r, err := b.rules.Show(b.Context(), b.unit, id)
	if err != nil {
		b.Fatal(err)
	}
	change(&r.Definition)
	if _, err := b.rules.Update(b.Context(), models.System, b.unit, id, r.LockVersion, r.Definition); err != nil {
		b.Fatal(err)
	}
}

func ofSkill(skill string) map[string]string {
	return map[string]string{"media-type": "call-recording", "skill": skill}
}

// slow is S3 that takes no copy of what has the text in its key.
func slow(text string) func(http.RoundTripper) http.RoundTripper {
	return through(wire{before: func(r *http.Request) (*http.Response, error) {
		if isCopy(r) && strings.Contains(r.URL.Path, text) {
			return refuse(r, http.StatusServiceUnavailable, "SlowDown"), nil
		}
		return nil, nil
	}})
}

// TestAnEditReachesWhatWaitsForAnotherTry edits a rule while files of it are
// queued, so that some of them match no more, or are due later.
func TestAnEditReachesWhatWaitsForAnotherTry(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*rule.Definition)
		placed int // all the same
	}{
		"matches no more": {func(d *rule.Definition) {
			d.Criteria = rule.Criteria{{Field: rule.Skill, Operator: rule.AnyOf, Values: []string{"sales"}}}
		}, 1},
		"due later": {func(d *rule.Definition) { d.AfterDays = 3650 }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := sqliteBench(t)
			for _, key := range []string{"a.wav", "b.wav", "c.wav"} {
				b.put(key, key, ofSkill("claims"))
			}
			b.put("d.wav", "d", ofSkill("sales"))
			id := b.rule("copies", rule.Copy, nil).ID
			b.run(b.engine(0, slow(".wav")))
			b.edit(id, func(d *rule.Definition) {
				d.Action = rule.Move
				test.change(d)
			})
			later := b.engine(time.Hour, nil)
			if err := later.RetryFailed(t.Context(), models.System, b.unit); err != nil {
				t.Fatal(err)
			}
			if report := b.run(later); report.Placed != test.placed {
				t.Errorf("%d were placed, want %d", report.Placed, test.placed)
			}
			for _, key := range []string{"a.wav", "b.wav", "c.wav"} {
				if p := b.only(key); p.State != models.PlacementQueued || p.RuleVersion != 1 || p.Action != "copy" {
					t.Errorf("%s is %s by version %d: %s", key, p.State, p.RuleVersion, p.Action)
				}
				if _, there := b.active(key); !there {
					t.Errorf("%s was deleted", key)
				}
			}
			b.edit(id, func(d *rule.Definition) { d.Criteria, d.AfterDays = nil, 0 })
			if report := b.run(later); report.Placed != 4-test.placed {
				t.Errorf("edited back: %+v", report)
			}
			if p := b.only("a.wav"); p.State != models.PlacementPlaced || p.RuleVersion != 3 || p.SourceState != models.SourceDeleted {
				t.Errorf("edited back: %s by version %d, its source %s", p.State, p.RuleVersion, p.SourceState)
			}
			b.verifyHistory()
		})
	}
}

// TestWhatWaitsForAnotherTryIsMissedOnceItIsGone deletes a queued file's source.
func TestWhatWaitsForAnotherTryIsMissedOnceItIsGone(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.put("a.wav", "a", nil)
	b.rule("copies", rule.Copy, nil)
	b.run(b.engine(0, slow(".wav")))
	b.deletes("a.wav")
	if report := b.run(b.engine(time.Hour, nil)); report != (lifecycle.Report{Gone: 1, Missed: 1}) {
		t.Errorf("report %+v", report)
	}
}
