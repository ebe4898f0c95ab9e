package lifecycle_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/rule"
	"seaportal/internal/rulebook"
	"seaportal/models"
)

// TestTheDailyLimitHoldsForWhatIsTriedAgain has three days of files fail, and tries
// all of them again on the fourth, which must place as many as any other.
func TestTheDailyLimitHoldsForWhatIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	const files, limit = 22, 5
	for i := range files {
		b.put(fmt.Sprintf("%02d.wav", i), content(i), nil)
	}
	b.unit.DailyLimit = limit
	if err := b.store.UpdateSettings(t.Context(), b.unit); err != nil {
		t.Fatal(err)
	}
	b.rule("copies", rule.Copy, nil)
	const day = 24 * time.Hour
	for d := range 3 {
		if report := b.run(b.engine(time.Duration(d)*day, refusing(http.MethodPut, "sea", ".wav"))); report.Failed != limit {
			t.Fatalf("on day %d: %+v", d, report)
		}
	}
	again := b.engine(2*day, nil)
	if err := again.RetryFailed(t.Context(), models.System, b.unit); err != nil {
		t.Fatal(err)
	}
	if report := b.run(again); report.Placed != limit { // those of the day itself have had their turn of it
		t.Errorf("on day 2 again: %+v", report)
	}
	rules := &rulebook.Service{Store: b.store, Clock: clock.Shifted(3 * day)}
	sim, err := rules.Simulate(t.Context(), b.unit)
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range []int{5, 5, 5, 2} {
		e := b.engine(time.Duration(3+d)*day, nil)
		for range 2 {
			b.run(e)
		}
		counts, err := b.store.CountPlacements(t.Context(), b.unit.ID)
		if err != nil {
			t.Fatal(err)
		}
		total := int64(limit)
		for i := range d + 1 {
			total += []int64{5, 5, 5, 2}[i]
		}
		for _, count := range counts {
			if count.State == models.PlacementPlaced && count.Files != total {
				t.Errorf("on day %d: %d are placed, want %d", 3+d, count.Files, total)
			}
		}
		if got := sim.Rules[0].Days[d].Files; got != int64(want) {
			t.Errorf("the simulation says %d for day %d, want %d", got, 3+d, want)
		}
		backlog, err := e.Backlog(t.Context(), b.unit)
		if err != nil || backlog.Files != files-total || backlog.Today != int64(want) {
			t.Errorf("on day %d: backlog %+v, %v", 3+d, backlog, err)
		}
	}
}
