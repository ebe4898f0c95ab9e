package migrate

import (
	"slices"
	"strconv"
	"testing"
	"time"
)

// TestWhatWaitsIsNotGivenUpEarly counts the tries of what waits as outages, and no
// others.
func TestWhatWaitsIsNotGivenUpEarly(t *testing.T) {
	t.Parallel()
	db := until(t, "outages")
	past := time.Unix(0, 0).UTC()
	for id, row := range map[int64]struct {
		state, owner string
		attempts     int
	}{1: {"queued", "", 7}, 2: {"placing", "somebody", 1}, 3: {"failed", "", 5}, 4: {"queued", "", 0}, 5: {"placing", "", 2}} {
		placement := firstPlacement{
			ID: id, UnitID: 7, FileID: id, State: row.state, Owner: row.owner, Attempts: row.attempts,
			SEAKey: strconv.FormatInt(id, 10), QueuedAt: past, NextAttemptAt: &past,
		}
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
	if !slices.Equal(outages, []int{7, 1, 0, 0, 2}) {
		t.Errorf("outages %v", outages)
	}
	var waiting []int64
	if err := db.Table("placements").Where("next_attempt_at IS NOT NULL").Order("id").Pluck("id", &waiting).Error; err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(waiting, []int64{1, 3, 4, 5}) {
		t.Errorf("a next attempt have %v", waiting)
	}
}
