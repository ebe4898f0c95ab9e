package rulebook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"seaportal/internal/rule"
	"seaportal/internal/store"
	"seaportal/models"
)

// Version is a rule's definition as it stood after one change. Its state is
// not part of it: the history tells when a rule was paused.
type Version struct {
	rule.Definition
	Version int
	At      time.Time
	By      string
}

// snapshot is a definition as the database keeps it. Members are added, never
// renamed: old versions have to stay readable.
type snapshot struct {
	Name        string        `json:"name"`
	Description string        `json:"description"`
	StartDate   string        `json:"start_date"`
	MediaType   string        `json:"media_type"`
	Priority    int           `json:"priority"`
	Action      string        `json:"action"`
	AfterDays   int           `json:"after_days"`
	Criteria    rule.Criteria `json:"criteria"`
}

func snapshotOf(d rule.Definition) snapshot {
	return snapshot{
		Name: d.Name, Description: d.Description, StartDate: rule.Day(d.StartDate).Format(time.DateOnly),
		MediaType: string(d.MediaType), Priority: d.Priority, Action: string(d.Action), AfterDays: d.AfterDays,
		Criteria: d.Criteria,
	}
}

// same tells whether two definitions differ in nothing but their state.
func same(a, b rule.Definition) bool {
	x, errX := json.Marshal(snapshotOf(a))
	y, errY := json.Marshal(snapshotOf(b))
	return errX == nil && errY == nil && string(x) == string(y)
}

// keepVersion adds the version that row now has.
func keepVersion(ctx context.Context, tx *store.Store, by models.Actor, row models.Rule, d rule.Definition) error {
	text, err := json.Marshal(snapshotOf(d))
	if err != nil {
		return fmt.Errorf("encode version %d of rule %d: %w", row.Version, row.ID, err)
	}
	return tx.AddRuleVersion(ctx, models.RuleVersion{
		RuleID: row.ID, Version: row.Version, Snapshot: string(text), CreatedAt: row.UpdatedAt, CreatedBy: by.Name,
	})
}

// Versions gives every version of a rule, newest first; fault.NotFound for a
// rule that is unknown or another unit's.
func (s *Service) Versions(ctx context.Context, unit models.BusinessUnit, id int64) ([]Version, error) {
	if _, err := s.Store.Rule(ctx, unit.ID, id); err != nil {
		return nil, err
	}
	rows, err := s.Store.RuleVersions(ctx, unit.ID, id)
	if err != nil {
		return nil, err
	}
	versions := make([]Version, len(rows))
	for i, row := range rows {
		d, err := readSnapshot(row.Snapshot)
		if err != nil {
			return nil, fmt.Errorf("read version %d of rule %d: %w", row.Version, id, err)
		}
		versions[i] = Version{Definition: d, Version: row.Version, At: row.CreatedAt.UTC(), By: row.CreatedBy}
	}
	return versions, nil
}

func readSnapshot(text string) (rule.Definition, error) {
	var s snapshot
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return rule.Definition{}, err
	}
	start, err := time.Parse(time.DateOnly, s.StartDate)
	return rule.Definition{
		Name: s.Name, Description: s.Description, StartDate: start, MediaType: rule.MediaType(s.MediaType),
		Priority: s.Priority, Action: rule.Action(s.Action), AfterDays: s.AfterDays, Criteria: s.Criteria,
	}, err
}
