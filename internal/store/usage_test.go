package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

// usageDay is the day of these tests.
var usageDay = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// stand is one file's time in SEA, in seconds of the day.
type stand struct {
	rule, size              int64
	placed, removed, ending time.Duration
	fetched                 time.Duration // 0: never
	held                    bool
}

func placeStands(t *testing.T, s *store.Store, unitID int64, stands ...stand) {
	t.Helper()
	rows := make([]models.Placement, len(stands))
	for i, at := range stands {
		placed, expires := usageDay.Add(at.placed), usageDay.Add(at.ending)
		rows[i] = models.Placement{
			UnitID: unitID, FileID: unitID*1000 + int64(i), RuleID: at.rule, Action: "copy", SEAKey: fmt.Sprint(i), Size: at.size,
			State: models.PlacementPlaced, SourceState: models.SourceKept, QueuedAt: placed, PlacedAt: &placed, ExpiresAt: &expires, Held: at.held,
		}
		if at.removed != 0 {
			removed := usageDay.Add(at.removed)
			rows[i].State, rows[i].RemovedAt = models.PlacementRemoved, &removed
		}
		if at.fetched != 0 {
			fetched := usageDay.Add(at.fetched)
			rows[i].FirstDownloadedAt = &fetched
		}
	}
	if err := s.InsertPlacements(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
}

func TestUsageEventsCountFromTheirSecond(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		placeStands(t, s, 1,
			stand{rule: 1, size: 70_000, placed: 10*time.Second + 999_999*time.Microsecond, removed: 26 * time.Hour},
			stand{rule: 1, size: 5, placed: 20 * time.Second, fetched: time.Hour},
			stand{rule: 2, size: 9, placed: time.Hour, removed: time.Minute}, // left before it arrived
			stand{rule: 2, size: 3, placed: 48 * time.Hour},                  // not yet
		)
		placeStands(t, s, 2, stand{rule: 1, size: 1 << 40, placed: time.Hour})
		got, err := s.UsageEvents(t.Context(), 1, usageDay, usageDay.Add(48*time.Hour), usageDay.Add(72*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		day := usageDay.Unix() / 86_400
		want := []store.UsageEvent{
			{RuleID: 1, Arrived: true, Day: day, Files: 1, Bytes: 70_000, MomentHigh: 10, MomentLow: (70_000 - store.MomentUnit) * 10},
			{RuleID: 1, Arrived: true, Fetched: true, Day: day, Files: 1, Bytes: 5, MomentLow: 100},
			{RuleID: 1, Day: day + 1, Files: 1, Bytes: 70_000, MomentHigh: 7200, MomentLow: (70_000 - store.MomentUnit) * 7200},
			{RuleID: 2, Arrived: true, Day: day},
		}
		slices.SortFunc(got, func(a, b store.UsageEvent) int {
			order := func(e store.UsageEvent) int64 {
				if e.Fetched {
					return e.RuleID*1000 + e.Day - day + 1
				}
				return e.RuleID*1000 + 10*(e.Day-day)
			}
			return int(order(a) - order(b))
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		early, err := s.UsageEvents(t.Context(), 1, usageDay, usageDay.Add(time.Hour), usageDay.Add(time.Minute))
		if err != nil || len(early) != 1 || early[0].Fetched || early[0].Files != 2 {
			t.Errorf("what was fetched later counts as fetched: %+v, %v", early, err)
		}
	})
}

func TestUsageFindsFirstArrivalsAndFreshlyFetched(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if first, err := s.FirstArrival(ctx, 1); first != nil || err != nil {
			t.Errorf("an empty unit has %v, %v", first, err)
		}
		placeStands(t, s, 1, stand{placed: time.Hour, fetched: 5 * time.Hour, size: 7}, stand{placed: time.Minute},
			stand{placed: 2 * time.Hour, fetched: 5 * time.Hour}, stand{placed: 4 * time.Hour, fetched: 6 * time.Hour})
		placeStands(t, s, 2, stand{placed: -time.Hour, fetched: 5 * time.Hour})
		first, err := s.FirstArrival(ctx, 1)
		if err != nil || first == nil || !first.Equal(usageDay.Add(time.Minute)) {
			t.Errorf("first arrival %v, %v", first, err)
		}
		first, err = s.FirstArrivalOfFetched(ctx, 1, usageDay.Add(5*time.Hour))
		if err != nil || first == nil || !first.Equal(usageDay.Add(time.Hour)) {
			t.Errorf("first arrival of what was fetched %v, %v", first, err)
		}
		since := usageDay.Add(5 * time.Hour)
		last := models.Placement{UnitID: 1, FirstDownloadedAt: &since}
		var found []time.Duration
		for range 3 {
			rows, err := s.FetchedAfter(ctx, last, usageDay.Add(3*time.Hour), 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				found, last = append(found, row.PlacedAt.Sub(usageDay)), row
			}
		}
		if diff := cmp.Diff([]time.Duration{time.Hour, 2 * time.Hour}, found); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUsageSumsWhatIsGoingToLeave(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		hour := time.Hour
		placeStands(t, s, 1, stand{size: 70_000, placed: hour, ending: 5 * hour}, stand{size: 1, placed: hour, ending: 6*hour - time.Second},
			stand{size: 1 << 30, placed: hour, ending: 6 * hour},                    // at the end: not within
			stand{size: 1 << 30, placed: hour, removed: 2 * hour, ending: 5 * hour}, // gone
			stand{size: 1 << 30, placed: 4 * hour, ending: 5 * hour},                // not there yet
			stand{size: 1 << 30, placed: hour, ending: 5 * hour, held: true})
		got, err := s.EndingBetween(t.Context(), 1, usageDay.Add(3*hour), usageDay.Add(3*hour), usageDay.Add(6*hour))
		want := store.Ending{Bytes: 70_001, RestHigh: 3600, RestLow: (70_000-store.MomentUnit)*3600 + 1}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		none, err := s.EndingBetween(t.Context(), 9, usageDay, usageDay, usageDay.Add(hour))
		if err != nil || none != (store.Ending{}) {
			t.Errorf("an empty unit: %+v, %v", none, err)
		}
	})
}

func TestClosedDaysAreReplacedFromADayOn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		row := func(unit int64, day string, rule int64) models.UsageDay {
			return models.UsageDay{UnitID: unit, Day: day, RuleID: rule, Fetched: rule == 2, ByteDays: 1 << 62, ByteSeconds: 86_399, Files: 1}
		}
		write := func(from string, unit int64, rows ...models.UsageDay) {
			t.Helper()
			err := s.Tx(ctx, func(tx *store.Store) error { return tx.ReplaceUsageDays(ctx, unit, from, rows) })
			if err != nil {
				t.Fatal(err)
			}
		}
		write("2026-01-01", 2, row(2, "2026-11-22", 1))
		write("2026-01-01", 1, row(1, "2026-11-21", 1), row(1, "2026-11-22", 1), row(1, "2026-11-23", 1))
		write("2026-11-22", 1, row(1, "2026-11-22", 1), row(1, "2026-11-22", 2))
		write("2026-11-22", 1, row(1, "2026-11-22", 1), row(1, "2026-11-22", 2))
		got, err := s.UsageDays(ctx, 1, "2026-11-01", "2026-11-30")
		want := []models.UsageDay{row(1, "2026-11-21", 1), row(1, "2026-11-22", 1), row(1, "2026-11-22", 2)}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if other, err := s.UsageDays(ctx, 2, "2026-11-22", "2026-11-22"); err != nil || len(other) != 1 {
			t.Errorf("another unit's days: %v, %v", other, err)
		}
		for _, through := range []string{"2026-11-21", "2026-11-22"} {
			if err := s.SaveUsageMeter(ctx, models.UsageMeter{UnitID: 1, Through: through, At: usageDay}); err != nil {
				t.Fatal(err)
			}
		}
		if meter, err := s.UsageMeter(ctx, 1); err != nil || meter.Through != "2026-11-22" || !meter.At.Equal(usageDay) {
			t.Errorf("the meter says %+v, %v", meter, err)
		}
		if meter, err := s.UsageMeter(ctx, 3); err != nil || meter.Through != "" {
			t.Errorf("a meter that never ran says %+v, %v", meter, err)
		}
	})
}

func TestARateThatHasBegunStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		planned := models.Rate{FromDay: "2026-12-01", Amount: "0.05", Currency: "EUR"}
		begun := models.Rate{FromDay: "2026-11-23", Amount: "0.04", Currency: "EUR"}
		for _, rate := range []*models.Rate{&planned, &begun} {
			if err := s.CreateRate(ctx, rate); err != nil {
				t.Fatal(err)
			}
		}
		twin := models.Rate{FromDay: "2026-12-01", Amount: "1", Currency: "EUR"}
		if err := s.CreateRate(ctx, &twin); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second rate from the same day: %v", err)
		}
		if err := s.DeleteRate(ctx, begun.ID, "2026-11-23"); !errors.Is(err, store.ErrStale) {
			t.Errorf("a rate in force was deleted: %v", err)
		}
		rates, err := s.Rates(ctx)
		if err != nil || len(rates) != 2 || rates[0].ID != begun.ID {
			t.Errorf("rates %+v, %v", rates, err)
		}
		if err := s.DeleteRate(ctx, planned.ID, "2026-11-23"); err != nil {
			t.Error(err)
		}
	})
}
