// Package rulebook owns the operations on a business unit's rules: compose,
// edit, pause, resume, delete, read and compare every version, and what the
// rules make of the catalogue: preview, why, simulation. What a rule means is package rule's; which files it takes and
// when is the life cycle's. It refuses to touch files: a change of a rule
// reaches only what is not processed yet, and a deleted rule keeps its files.
package rulebook

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/models"
)

// Service is where operations begin. Whoever calls it has checked that the
// person may edit rules of the unit.
type Service struct {
	Store *store.Store
	// Clock is the life cycle's: "today or later" is by it.
	Clock clock.Clock
	// PreviewBudget bounds how long a preview or a simulation counts; zero is just
	// below two seconds.
	PreviewBudget time.Duration
	// Rate gives the price of active storage that previews reckon with. It may
	// be nil: then none is set.
	Rate func(context.Context) (Rate, error)
}

// Rule is a rule as it stands.
type Rule struct {
	ID, UnitID int64
	rule.Definition
	// Version counts the changes of the definition; placements record it.
	Version int
	// LockVersion counts every change. An edit hands back the one it read.
	LockVersion          int64
	CreatedAt, UpdatedAt time.Time
}

// List gives the rules of a unit that are not deleted, by media type in the
// order of rule.MediaTypes, then by priority.
func (s *Service) List(ctx context.Context, unit models.BusinessUnit) ([]Rule, error) {
	rows, err := s.Store.Rules(ctx, unit.ID)
	if err != nil {
		return nil, err
	}
	byMedia := map[string][]Rule{}
	for _, row := range rows {
		r, err := read(row)
		if err != nil {
			return nil, err
		}
		byMedia[row.MediaType] = append(byMedia[row.MediaType], r)
	}
	rules := make([]Rule, 0, len(rows))
	for _, media := range rule.MediaTypes() {
		rules = append(rules, byMedia[string(media)]...)
	}
	return rules, nil
}

// Show gives one rule, also a deleted one; fault.NotFound for a rule that is
// unknown or another unit's.
func (s *Service) Show(ctx context.Context, unit models.BusinessUnit, id int64) (Rule, error) {
	row, err := s.Store.Rule(ctx, unit.ID, id)
	if err != nil {
		return Rule{}, err
	}
	return read(row)
}

// Names gives the names of the unit's rules by id. A deleted rule is among them
// as long as it manages files.
func (s *Service) Names(ctx context.Context, unit models.BusinessUnit) (map[int64]string, error) {
	return s.Store.RuleNames(ctx, unit.ID)
}

// Counts gives what each rule of the unit has done so far, by rule id. A rule
// without files is not in it.
func (s *Service) Counts(ctx context.Context, unit models.BusinessUnit) (map[int64]store.RuleCounts, error) {
	return s.Store.RuleCounts(ctx, unit.ID)
}

// Definition gives what a stored rule means.
func Definition(row models.Rule) (rule.Definition, error) {
	criteria, err := rule.DecodeCriteria(row.Criteria)
	if err != nil {
		return rule.Definition{}, fmt.Errorf("read rule %d: %w", row.ID, err)
	}
	return rule.Definition{
		Name:        row.Name,
		Description: row.Description,
		StartDate:   row.StartDate.UTC(),
		MediaType:   rule.MediaType(row.MediaType),
		Priority:    row.Priority,
		Action:      rule.Action(row.Action),
		AfterDays:   row.AfterDays,
		Criteria:    criteria,
		State:       rule.State(row.State),
	}, nil
}

func read(row models.Rule) (Rule, error) {
	d, err := Definition(row)
	return Rule{
		ID: row.ID, UnitID: row.UnitID, Definition: d, Version: row.Version, LockVersion: row.LockVersion,
		CreatedAt: row.CreatedAt.UTC(), UpdatedAt: row.UpdatedAt.UTC(),
	}, err
}

// write puts a definition into a row and leaves the rest of the row alone.
func write(row *models.Rule, d rule.Definition) error {
	criteria, err := d.Criteria.Encode()
	if err != nil {
		return err
	}
	row.Name, row.NameFold = d.Name, strings.ToLower(d.Name)
	row.Description = d.Description
	row.StartDate = rule.Day(d.StartDate)
	row.MediaType, row.Priority = string(d.MediaType), d.Priority
	row.Action, row.AfterDays = string(d.Action), d.AfterDays
	row.Criteria = criteria
	row.State = models.RuleState(d.State)
	return nil
}

// clean drops the spaces around what people typed, and gives no criteria one
// form, so that equal definitions compare as equal.
func clean(d rule.Definition) rule.Definition {
	d.Name, d.Description = strings.TrimSpace(d.Name), strings.TrimSpace(d.Description)
	if len(d.Criteria) == 0 {
		d.Criteria = nil
	}
	return d
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
