package lifecycle_test

import (
	"fmt"
	"testing"
	"time"

	"seaportal/internal/lifecycle"
	"seaportal/internal/rule"
	"seaportal/models"
)

// TestTheBacklogHoldsWhatWaitsForAnotherTry measures it while S3 is slow, and
// after.
func TestTheBacklogHoldsWhatWaitsForAnotherTry(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	const files = 20
	for i := range files {
		b.put(fmt.Sprintf("%02d.wav", i), "ten bytes!", nil)
	}
	id := b.rule("copies", rule.Copy, nil).ID
	e, later := b.engine(0, slow(".wav")), b.engine(time.Hour, nil)
	b.run(e)
	b.wantBacklog(e, files, 0)
	if _, err := b.rules.Pause(t.Context(), models.System, b.unit, id); err != nil {
		t.Fatal(err)
	}
	b.wantBacklog(e, 0, 0)
	if _, err := b.rules.Resume(t.Context(), models.System, b.unit, id); err != nil {
		t.Fatal(err)
	}
	b.edit(id, func(d *rule.Definition) { d.AfterDays = 1 })
	b.wantBacklog(e, 0, 0)
	b.edit(id, func(d *rule.Definition) { d.AfterDays = 0 })
	b.run(later)
	b.wantBacklog(later, 0, files)
	b.wantBacklog(b.engine(3*time.Hour, nil), 0, 0)
}

// wantBacklog compares what waits, and what was placed in the last hour.
func (b *bench) wantBacklog(e *lifecycle.Engine, files, lastHour int64) {
	b.Helper()
	got, err := e.Backlog(b.Context(), b.unit)
	if err != nil || got.Files != files || got.Bytes != 10*files || got.LastHour != lastHour {
		b.Errorf("backlog %+v, %v, want %d files and %d in the last hour", got, err, files, lastHour)
	}
}
