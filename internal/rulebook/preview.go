package rulebook

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	previewFirst = 20
	// arrivalDays is the time from whose arrivals the daily estimate is made.
	arrivalDays = 30
)

// Preview says what a definition would do to the catalogue as it is, if it were
// on. The reasons for which matching files are left out exclude each other, so
// Matching is the sum of Now, ManagedBy, PlacedBefore, Gone, NotActive and
// NotDue.
type Preview struct {
	// Looked counts the files of the media type, of which Matching match.
	Looked, Matching int64
	// Now are the files that would be placed now; for a rule that keeps, those
	// that it would manage.
	Now Tally
	// ManagedBy are left out since another rule has them, or would claim them
	// first.
	ManagedBy []Manager
	// PlacedBefore are left out since a file is placed once.
	PlacedBefore int64
	// Gone are no longer in active storage.
	Gone int64
	// NotActive are in long-term or custom storage.
	NotActive int64
	// NotDue would be placed later.
	NotDue int64
	// Misses counts the files that do not match, by the first condition that
	// they do not meet.
	Misses []int64
	// First are the first files of Now, by key.
	First []PreviewFile
	// PerDay is how many files a day would follow: the matching ones that no
	// other rule has, of those that arrived in the last ArrivalDays days, which
	// are 30, or as many as the catalogue knows of.
	PerDay      Tally
	ArrivalDays int
	// Rate is the price of keeping the files in SEA, where one is set.
	Rate Rate
	// Partial says that the time was up before the whole catalogue was seen.
	Partial bool
}

// Tally counts files and their bytes.
type Tally struct{ Files, Bytes int64 }

func (t *Tally) add(files, bytes int64) {
	t.Files += files
	t.Bytes += bytes
}

// Manager is another rule with how many of the matching files it has.
type Manager struct {
	RuleID int64
	Name   string
	Files  int64
}

// PreviewFile is one file that would be placed.
type PreviewFile struct {
	ID     int64
	Key    string
	Size   int64
	Stored time.Time
}

// Preview counts, within the budget, what a definition would do. It only
// reads. ruleID is the rule that is being edited, whose files are its own; 0
// for a new one. A definition that does not compile gives fault.Invalid.
func (s *Service) Preview(
	ctx context.Context, unit models.BusinessUnit, d rule.Definition, ruleID int64,
) (Preview, error) {
	q, err := s.newQuestion(ctx, unit, clean(d), ruleID)
	if err != nil {
		return Preview{}, fmt.Errorf("preview rule of unit %d: %w", unit.ID, err)
	}
	var parts []*previewer
	partial, err := s.bounded(ctx, func(ctx context.Context) error {
		walk := store.CatalogueWalk{UnitID: unit.ID, MediaType: string(d.MediaType)}
		return s.walk(ctx, walk, q.rivals, func() counter {
			part := &previewer{question: q, managed: map[int64]int64{}}
			part.seen.Misses = make([]int64, len(d.Criteria))
			parts = append(parts, part)
			return part
		})
	})
	if err != nil {
		return Preview{}, fmt.Errorf("preview rule of unit %d: %w", unit.ID, err)
	}
	seen := q.sum(parts, partial)
	if s.Rate != nil && d.Action.Places() {
		if seen.Rate, err = s.Rate(ctx); err != nil {
			return Preview{}, err
		}
	}
	return seen, nil
}

// newQuestion reads the rules that the definition competes with.
func (s *Service) newQuestion(
	ctx context.Context, unit models.BusinessUnit, d rule.Definition, ruleID int64,
) (*question, error) {
	d.State = rule.On
	matcher, err := rule.Compile(d)
	if err != nil {
		return nil, err
	}
	q := &question{
		unit: unit, ruleID: ruleID, matcher: matcher, now: s.Clock.Now(), rivals: []*rule.Matcher{matcher},
		recent: clock.Real.Now().AddDate(0, 0, -arrivalDays), // files arrive by real time
		ids:    map[*rule.Matcher]int64{matcher: ruleID},
	}
	if q.names, err = s.Store.RuleNames(ctx, unit.ID); err != nil {
		return nil, err
	}
	rules, err := s.Store.Rules(ctx, unit.ID)
	if err != nil {
		return nil, err
	}
	for _, row := range rules {
		if row.ID == ruleID || row.MediaType != string(d.MediaType) {
			continue
		}
		m, err := compile(row)
		if err != nil {
			return nil, err
		}
		q.rivals, q.ids[m] = append(q.rivals, m), row.ID
	}
	return q, nil
}

// compile makes a stored rule ready to match.
func compile(row models.Rule) (*rule.Matcher, error) {
	d, err := Definition(row)
	if err != nil {
		return nil, err
	}
	return rule.Compile(d)
}

// sum adds up what the walkers counted.
func (q *question) sum(parts []*previewer, partial bool) Preview {
	all := Preview{Partial: partial, Misses: make([]int64, len(q.matcher.Definition().Criteria))}
	managed := map[int64]int64{}
	oldest := clock.Real.Now()
	for _, part := range parts {
		p := part.seen
		all.Looked += p.Looked
		all.Matching += p.Matching
		all.Now.add(p.Now.Files, p.Now.Bytes)
		all.PlacedBefore += p.PlacedBefore
		all.Gone += p.Gone
		all.NotActive += p.NotActive
		all.NotDue += p.NotDue
		all.PerDay.add(p.PerDay.Files, p.PerDay.Bytes)
		all.First = append(all.First, p.First...)
		for i, n := range p.Misses {
			all.Misses[i] += n
		}
		for id, n := range part.managed {
			managed[id] += n
		}
		if p.Looked > 0 && part.oldest.Before(oldest) {
			oldest = part.oldest
		}
	}
	all.ArrivalDays = min(arrivalDays, int(clock.Real.Now().Sub(oldest).Hours()/24)+1)
	all.PerDay = Tally{all.PerDay.Files / int64(all.ArrivalDays), all.PerDay.Bytes / int64(all.ArrivalDays)}
	slices.SortFunc(all.First, func(a, b PreviewFile) int { return strings.Compare(a.Key, b.Key) })
	all.First = all.First[:min(previewFirst, len(all.First))]
	all.ManagedBy = q.managers(managed)
	return all
}

// managers names the other rules, the one with most files first.
func (q *question) managers(files map[int64]int64) []Manager {
	var all []Manager
	for id, n := range files {
		all = append(all, Manager{RuleID: id, Name: q.names[id], Files: n})
	}
	slices.SortFunc(all, func(a, b Manager) int {
		return cmp.Or(cmp.Compare(b.Files, a.Files), cmp.Compare(a.RuleID, b.RuleID))
	})
	return all
}
