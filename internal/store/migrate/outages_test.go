package migrate

import (
	"testing"
	"time"
)

// TestWhatWaitsIsNotGivenUpEarly counts the tries of what waits as outages, and no
// others.
func TestWhatWaitsIsNotGivenUpEarly(t *testing.T) {
	t.Parallel()
	db := until(t, "outages")
	for id, row := range map[int64]struct {
		state    string
		attempts int
	}{1: {"queued", 7}, 2: {"placing", 1}, 3: {"failed", 5}, 4: {"queued", 0}} {
		placement := firstPlacement{ID: id, UnitID: 7, FileID: id, State: row.state, Attempts: row.attempts, SEAKey: "k" + row.state, QueuedAt: time.Unix(0, 0)}
		if err := db.Table("placements").Create(&placement).Error; err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Transaction(countOutages); err != nil {
		t.Fatal(err)
	}
	var outages []int
	if err := db.Table("placements").Order("id").Pluck("outages", &outages).Error; err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{7, 1, 0, 0} {
		if len(outages) != 4 || outages[i] != want {
			t.Errorf("outages %v", outages)
		}
	}
}
