package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"seaportal/internal/clock"
)

func TestShiftedClockRunsAheadByItsOffset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shifted, now := clock.Shifted(721*time.Hour), clock.Real.Now()
		if got := shifted.Now().Sub(now); got != 721*time.Hour {
			t.Errorf("runs ahead by %v", got)
		}
		if shifted.Offset() != 721*time.Hour || clock.Real.Offset() != 0 {
			t.Error("a clock knows its offset")
		}
		if now.Location() != time.UTC {
			t.Error("times are UTC")
		}
	})
}
