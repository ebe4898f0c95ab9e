package rulebook

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/rule"
	"seaportal/models"
)

// Facts is all that decides where a file is. Rules are the unit's rules that are
// not deleted, and the one that manages the file, deleted or not. The manager's
// definition is that of the version which placed the file, or tried to, unless it
// waits for another try, which the rule as it stands decides;
// Kept says that it is set to keep files now.
type Facts struct {
	Unit      models.BusinessUnit
	File      models.File
	Placement *models.Placement // nil: it was never queued
	Rules     []Rule
	Kept      bool
	Now       time.Time
}

// Why is the whole answer to why a file is where it is.
type Why struct {
	// Sentence says it in one or two sentences.
	Sentence string
	// Rules are those of the file's media type, by priority.
	Rules []WhyRule
	// Elsewhere counts the rules of other media types, which never get the file.
	Elsewhere int
	// Steps are what follows the rules: claim, storage, due time, once, SEA.
	Steps []WhyStep
}

// WhyRule is one rule held against the file.
type WhyRule struct {
	Rule
	Outcomes []rule.Outcome
	// Manages tells that the rule has the file.
	Manages bool
	// Matches tells that every outcome passes.
	Matches bool
	// Verdict says in words what that comes to.
	Verdict string
}

// WhyStep is one thing that has to hold before a file is placed.
type WhyStep struct {
	Name string
	Pass bool
	Text string
}

// Why explains a catalogued file; fault.NotFound for another unit's.
func (s *Service) Why(ctx context.Context, unit models.BusinessUnit, fileID int64) (Facts, Why, error) {
	f := Facts{Unit: unit, Now: s.Clock.Now()}
	var err error
	if f.File, err = s.Store.File(ctx, unit.ID, fileID); err != nil {
		return f, Why{}, err
	}
	placement, err := s.Store.PlacementOfFile(ctx, unit.ID, fileID)
	switch {
	case err == nil:
		f.Placement = &placement
	case !fault.Is(err, fault.NotFound):
		return f, Why{}, err
	}
	if f.Rules, err = s.List(ctx, unit); err != nil {
		return f, Why{}, err
	}
	if err := s.addManager(ctx, &f); err != nil {
		return f, Why{}, err
	}
	why, err := Explain(f)
	if err != nil {
		return f, Why{}, fmt.Errorf("explain file %d: %w", fileID, err)
	}
	return f, why, nil
}

// addManager puts the rule that has the file among the rules, as the file met
// it.
func (s *Service) addManager(ctx context.Context, f *Facts) error {
	if f.File.RuleID == nil {
		return nil
	}
	manager, err := s.Show(ctx, f.Unit, *f.File.RuleID)
	if err != nil {
		return err
	}
	f.Kept = !manager.Action.Places()
	tried := f.Placement != nil && f.Placement.State != models.PlacementQueued // what is queued goes by the rule as it stands
	if tried && f.Placement.RuleVersion != manager.Version {
		versions, err := s.Versions(ctx, f.Unit, manager.ID)
		if err != nil {
			return err
		}
		for _, v := range versions {
			if v.Version == f.Placement.RuleVersion {
				v.State = manager.State
				manager.Definition, manager.Version = v.Definition, v.Version
			}
		}
	}
	f.Rules = slices.DeleteFunc(f.Rules, func(r Rule) bool { return r.ID == manager.ID })
	f.Rules = append(f.Rules, manager)
	return nil
}

// Explain holds the file against every rule and says what follows. It is pure.
func Explain(f Facts) (Why, error) {
	known, err := RuleFile(f.File)
	if err != nil {
		return Why{}, err
	}
	e := explanation{Facts: f}
	var matchers []*rule.Matcher
	byMatcher := map[*rule.Matcher]int64{}
	for _, r := range f.Rules {
		m, err := rule.Compile(r.Definition)
		if err != nil {
			return Why{}, err
		}
		manages := f.File.RuleID != nil && *f.File.RuleID == r.ID
		if r.MediaType != known.MediaType && !manages {
			e.elsewhere++
			continue
		}
		e.rules = append(e.rules, WhyRule{Rule: r, Outcomes: m.Explain(known), Matches: m.Match(known), Manages: manages})
		matchers, byMatcher[m] = append(matchers, m), r.ID
	}
	slices.SortFunc(e.rules, func(a, b WhyRule) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.ID, b.ID))
	})
	if best, ok := rule.Choose(matchers, known, f.Now); ok {
		e.best = e.find(byMatcher[best])
	}
	if f.File.RuleID != nil {
		e.manager = e.find(*f.File.RuleID)
	}
	for i := range e.rules {
		e.rules[i].Verdict = e.verdict(&e.rules[i])
	}
	return Why{Sentence: e.sentence(), Rules: e.rules, Elsewhere: e.elsewhere, Steps: e.steps()}, nil
}

// explanation is what is known while the answer is put into words.
type explanation struct {
	Facts
	rules     []WhyRule // of the file's media type, by priority
	elsewhere int
	manager   *WhyRule // the rule that has the file; nil: it is open
	best      *WhyRule // the rule that would get the file now, were it open
}

func (e *explanation) find(id int64) *WhyRule {
	for i := range e.rules {
		if e.rules[i].ID == id {
			return &e.rules[i]
		}
	}
	return nil
}

// eligible tells whether the file lies where rules take files from, and if not,
// why not.
func (e *explanation) eligible() (why string, ok bool) {
	switch {
	case e.Unit.StorageKind == models.StorageCustom:
		return "This business unit keeps its files on custom storage, and only files on system storage are placed.", false
	case e.File.LongTerm():
		return "It is in long-term storage (" + e.File.StorageClass + "), and only files in active storage are placed.", false
	}
	return "", true
}

// verdict says what one rule makes of the file.
func (e *explanation) verdict(r *WhyRule) string {
	_, eligible := e.eligible()
	switch {
	case r.Manages && r.Matches:
		return "Manages this file."
	case r.Manages:
		return "Manages this file, which does not match it any more: " + r.miss()
	case !r.Matches:
		return "Does not match: " + r.miss()
	case e.manager != nil:
		return "Matches, but the rule “" + e.manager.Name + "” manages the file."
	case r.State == rule.Draft:
		return "Matches, but is a draft."
	case r.State == rule.Paused:
		return "Matches, but is paused."
	case e.Now.Before(r.StartDate):
		return "Matches, but starts on " + day(r.StartDate) + "."
	case !eligible:
		return "Matches, but the file is not in active storage."
	case e.best != nil && e.best.ID != r.ID:
		return "Matches, but the rule “" + e.best.Name + "” comes first."
	}
	return "Matches, and takes the file with the next run."
}

// miss says which condition is the first that fails, and what the file has.
func (r *WhyRule) miss() string {
	for _, o := range r.Outcomes {
		if !o.Pass {
			return o.Condition + "; the file has " + o.Value + "."
		}
	}
	return ""
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }
