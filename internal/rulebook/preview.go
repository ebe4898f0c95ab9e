package rulebook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"seaportal/internal/rule"
	"seaportal/models"
)

const (
	defaultBudget = 2 * time.Second
	previewBatch  = 2000
	previewFirst  = 20
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
	// Partial says that the time was up before the whole catalogue was seen.
	Partial bool
}

// Tally counts files and their bytes.
type Tally struct{ Files, Bytes int64 }

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
	budget := s.PreviewBudget
	if budget == 0 {
		budget = defaultBudget
	}
	bounded, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	p, err := s.newPreviewer(bounded, unit, clean(d), ruleID)
	if err == nil {
		err = p.walk(bounded, s)
	}
	if err != nil && ctx.Err() == nil && bounded.Err() != nil && p != nil {
		p.seen.Partial, err = true, nil // our own time is up, not the caller's
	}
	if err != nil {
		return Preview{}, fmt.Errorf("preview rule of unit %d: %w", unit.ID, err)
	}
	return p.result(), nil
}

// walk looks at every file of the media type, in key order.
func (p *previewer) walk(ctx context.Context, s *Service) error {
	var after models.File
	for {
		files, err := s.Store.CatalogueAfter(ctx, p.unit.ID, string(p.matcher.Definition().MediaType), after, previewBatch)
		if err != nil || len(files) == 0 {
			return err
		}
		for _, file := range files {
			known, err := RuleFile(file)
			if err != nil {
				return err
			}
			p.look(file, known)
		}
		if after = files[len(files)-1]; ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// RuleFile gives what a rule may know of a catalogued file.
func RuleFile(file models.File) (rule.File, error) {
	known := rule.File{
		Name: file.Key, Size: file.Size, Stored: file.LastModified, MediaType: rule.MediaType(file.MediaType),
	}
	if file.Attributes == "" || file.Attributes == "{}" {
		return known, nil
	}
	if err := json.Unmarshal([]byte(file.Attributes), &known.Attributes); err != nil {
		return known, fmt.Errorf("read attributes of file %d: %w", file.ID, err)
	}
	return known, nil
}
