package lifecycle_test

import (
	"slices"
	"testing"

	"seaportal/internal/fault"
	"seaportal/internal/rule"
)

func TestSelectedGivesEachChosenFileOfTheUnitOnce(t *testing.T) {
	t.Parallel()
	b := sqliteBench(t)
	b.rule("copies", rule.Copy, nil)
	b.put("1.wav", "one", nil)
	b.put("2.wav", "two", nil)
	e := b.engine(0, nil)
	b.run(e)
	first, second := b.only("1.wav").ID, b.only("2.wav").ID
	rows, err := e.Selected(t.Context(), b.unit, []int64{second, first, second})
	if err != nil || len(rows) != 2 || rows[0].ID == rows[1].ID || !slices.Contains([]int64{first, second}, rows[0].ID) {
		t.Errorf("selected %+v, %v", rows, err)
	}
	if _, err := e.Selected(t.Context(), newBench(t, b.store).unit, []int64{first}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another unit's: %v", err)
	}
	if rows, err := e.Selected(t.Context(), b.unit, nil); err != nil || len(rows) != 0 {
		t.Errorf("nothing selected gives %+v, %v", rows, err)
	}
}
