package rulebook

import (
	"context"
	"fmt"
	"slices"
	"time"

	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/models"
)

// SimulatedDays is how far a simulation looks ahead, today included.
const SimulatedDays = 30

// Simulation says what the rules that are on would place in the next days, if
// no file were added and no rule were changed.
type Simulation struct {
	// Days are the days' beginnings, midnight UTC; the first is today.
	Days []time.Time
	// Rules are those that are on, by media type and priority.
	Rules []SimulatedRule
	// Blocked says why nothing is placed at all; empty where something can be.
	Blocked string
	// Later are claimed files that become due after the last day.
	Later int64
	// Backlog is what the daily limit has kept back by the end of each day.
	Backlog []Tally
	// Limit is how many files a day may be placed; 0 is no limit.
	Limit int64
	// Partial says that the time was up before the whole catalogue was seen.
	Partial bool
}

// SimulatedRule is what one rule would do.
type SimulatedRule struct {
	Rule
	// Claims counts the open files that it would take, today or when it starts.
	Claims int64
	// Days are what it would place, by day; for a rule that keeps, nothing.
	Days []Tally
}

// Total adds up what the rule would place.
func (r SimulatedRule) Total() Tally {
	var all Tally
	for _, d := range r.Days {
		all.add(d.Files, d.Bytes)
	}
	return all
}

// Simulate looks ahead. It only reads, and takes no longer than a preview.
func (s *Service) Simulate(ctx context.Context, unit models.BusinessUnit) (Simulation, error) {
	f, err := s.newForecast(ctx, unit)
	if err != nil {
		return Simulation{}, fmt.Errorf("simulate unit %d: %w", unit.ID, err)
	}
	var parts []*simulator
	if len(f.matchers) > 0 && unit.StorageKind != models.StorageCustom {
		f.partial, err = s.bounded(ctx, func(ctx context.Context) error {
			walk := store.CatalogueWalk{UnitID: unit.ID, Waiting: true}
			return s.walk(ctx, walk, f.matchers, func() counter {
				part := newSimulator(f)
				parts = append(parts, part)
				return part
			})
		})
	}
	if err != nil {
		return Simulation{}, fmt.Errorf("simulate unit %d: %w", unit.ID, err)
	}
	queued := newQueue(f)
	partial, err := s.bounded(ctx, func(ctx context.Context) error { return s.lookAtQueued(ctx, queued) })
	if err != nil {
		return Simulation{}, fmt.Errorf("simulate unit %d: %w", unit.ID, err)
	}
	f.partial = f.partial || partial
	used, err := s.Store.CountQueuedSince(ctx, unit.ID, f.days[0])
	if err != nil {
		return Simulation{}, err
	}
	return f.sum(parts, queued, used), nil
}

// forecast is what all walkers of a simulation share.
type forecast struct {
	unit     models.BusinessUnit
	now      time.Time
	days     []time.Time
	rules    []Rule // that are on
	matchers []*rule.Matcher
	index    map[*rule.Matcher]int
	byID     map[int64]int
	// turns are the instants at which the set of rules that claim changes: now,
	// and each start of a rule within the days.
	turns   []time.Time
	partial bool
}

func (s *Service) newForecast(ctx context.Context, unit models.BusinessUnit) (*forecast, error) {
	f := &forecast{unit: unit, now: s.Clock.Now(), index: map[*rule.Matcher]int{}, byID: map[int64]int{}}
	f.turns = []time.Time{f.now}
	for i := range SimulatedDays {
		f.days = append(f.days, rule.Day(f.now).AddDate(0, 0, i))
	}
	rules, err := s.List(ctx, unit)
	if err != nil {
		return nil, err
	}
	for _, r := range rules {
		if r.State != rule.On {
			continue
		}
		m, err := rule.Compile(r.Definition)
		if err != nil {
			return nil, err
		}
		f.index[m], f.byID[r.ID] = len(f.rules), len(f.rules)
		f.rules, f.matchers = append(f.rules, r), append(f.matchers, m)
		if r.StartDate.After(f.now) && r.StartDate.Before(f.end()) && !slices.Contains(f.turns, r.StartDate) {
			f.turns = append(f.turns, r.StartDate)
		}
	}
	slices.SortFunc(f.turns, time.Time.Compare)
	return f, nil
}

// end is the first instant after the days.
func (f *forecast) end() time.Time { return f.days[len(f.days)-1].AddDate(0, 0, 1) }

// day is the place among the days of what happens at an instant, or would have
// happened before today; behind them all where it is later.
func (f *forecast) day(at time.Time) int { return max(int(at.Sub(f.days[0])/(24*time.Hour)), 0) }

// claimant gives the rule that would claim an open file, and when.
func (f *forecast) claimant(known rule.File) (at int, when time.Time, ok bool) {
	for _, turn := range f.turns {
		if m, ok := rule.Choose(f.matchers, known, turn); ok {
			return f.index[m], turn, true
		}
	}
	return 0, time.Time{}, false
}

// simulator is one walker's part of a simulation.
type simulator struct {
	*forecast

	claims []int64
	due    [][]Tally // by rule and day
	later  int64
}

func newSimulator(f *forecast) *simulator {
	s := &simulator{forecast: f, claims: make([]int64, len(f.rules)), due: make([][]Tally, len(f.rules))}
	for i := range s.due {
		s.due[i] = make([]Tally, len(f.days))
	}
	return s
}

// look finds the day on which a waiting file becomes due.
func (s *simulator) look(row *store.CatalogueRow, known rule.File) {
	if row.LongTerm {
		return
	}
	at, when, taken := 0, s.now, false
	if row.RuleID != 0 {
		at, taken = s.byID[row.RuleID] // of a rule that is not on it waits
		taken = taken && s.matchers[at].Match(known)
	} else if at, when, taken = s.claimant(known); taken {
		s.claims[at]++
	}
	if !taken || !s.rules[at].Action.Places() {
		return
	}
	due := rule.Due(row.Stored, s.rules[at].AfterDays, s.rules[at].StartDate)
	if due.Before(when) {
		due = when
	}
	day := s.day(due)
	if day >= len(s.days) {
		s.later++
		return
	}
	s.due[at][day].add(1, row.Size)
}
