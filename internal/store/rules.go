package store

import (
	"context"

	"gorm.io/gorm"

	"seaportal/models"
)

// CreateRule inserts a rule and sets its id. A name or a priority that another
// rule has gives fault.Conflict.
func (s *Store) CreateRule(ctx context.Context, rule *models.Rule) error {
	return wrap(s.wdb(ctx).Create(rule).Error, "create rule of unit %d", rule.UnitID)
}

// Rule gives one rule of a unit, also a deleted one; fault.NotFound for another
// unit's.
func (s *Store) Rule(ctx context.Context, unitID, id int64) (models.Rule, error) {
	rule, err := gorm.G[models.Rule](s.read).Where("business_unit_id = ? AND id = ?", unitID, id).First(ctx)
	return rule, wrap(err, "read rule %d", id)
}

// Rules gives the rules of a unit that are not deleted, by media type and
// priority. There are at most ten for each media type.
func (s *Store) Rules(ctx context.Context, unitID int64) ([]models.Rule, error) {
	rules, err := gorm.G[models.Rule](s.read).
		Where("business_unit_id = ? AND state <> ?", unitID, models.RuleDeleted).
		Order("media_type, priority").Find(ctx)
	return rules, wrap(err, "list rules of unit %d", unitID)
}

// RuleNames gives the names of a unit's rules by id, with those deleted ones
// that still manage files.
func (s *Store) RuleNames(ctx context.Context, unitID int64) (map[int64]string, error) {
	rules, err := gorm.G[models.Rule](s.read).Select("id", "name").Where("business_unit_id = ?", unitID).
		Where("state <> ? OR EXISTS (SELECT 1 FROM files WHERE files.rule_id = rules.id)", models.RuleDeleted).Find(ctx)
	names := make(map[int64]string, len(rules))
	for _, rule := range rules {
		names[rule.ID] = rule.Name
	}
	return names, wrap(err, "read names of rules of unit %d", unitID)
}

// RuleStates is how many of a unit's rules are on, and how many are paused.
type RuleStates struct {
	UnitID     int64 `gorm:"column:business_unit_id"`
	On, Paused int64
}

// RuleStatesByUnit counts the rules of every unit that has any, by unit id.
func (s *Store) RuleStatesByUnit(ctx context.Context) (map[int64]RuleStates, error) {
	var rows []RuleStates
	err := s.db(ctx).Raw(`SELECT business_unit_id,
		COUNT(CASE WHEN state = ? THEN 1 END) AS "on", COUNT(CASE WHEN state = ? THEN 1 END) AS paused
		FROM rules GROUP BY business_unit_id`, models.RuleOn, models.RulePaused).Scan(&rows).Error
	byUnit := make(map[int64]RuleStates, len(rows))
	for _, row := range rows {
		byUnit[row.UnitID] = row
	}
	return byUnit, wrap(err, "count rules by business unit")
}

// UpdateRule writes everything that may change of a rule, if it still has the
// lock version that the caller read; it moves the lock version on. It returns
// ErrStale when somebody was first or the rule is deleted, and fault.Conflict
// for a name or a priority that another rule has.
func (s *Store) UpdateRule(ctx context.Context, rule *models.Rule) error {
	next := rule.LockVersion + 1
	result := s.wdb(ctx).Model(&models.Rule{}).
		Where("business_unit_id = ? AND id = ? AND lock_version = ? AND state <> ?",
			rule.UnitID, rule.ID, rule.LockVersion, models.RuleDeleted).
		Updates(map[string]any{
			"name": rule.Name, "name_fold": rule.NameFold, "description": rule.Description,
			"start_date": rule.StartDate, "media_type": rule.MediaType, "priority": rule.Priority,
			"action": rule.Action, "after_days": rule.AfterDays, "criteria": rule.Criteria, "state": rule.State,
			"version": rule.Version, "lock_version": next, "updated_at": rule.UpdatedAt,
		})
	if err := changedOne(result); err != nil {
		return wrap(err, "update rule %d", rule.ID)
	}
	rule.LockVersion = next
	return nil
}

// AddRuleVersion keeps a rule's definition as it stands after a change.
func (s *Store) AddRuleVersion(ctx context.Context, version models.RuleVersion) error {
	return wrap(s.wdb(ctx).Create(&version).Error, "keep version %d of rule %d", version.Version, version.RuleID)
}

// RuleVersions gives every version of a unit's rule, newest first.
func (s *Store) RuleVersions(ctx context.Context, unitID, ruleID int64) ([]models.RuleVersion, error) {
	versions, err := gorm.G[models.RuleVersion](s.read).
		Where("rule_id = (SELECT id FROM rules WHERE business_unit_id = ? AND id = ?)", unitID, ruleID).
		Order("version DESC").Find(ctx)
	return versions, wrap(err, "read versions of rule %d", ruleID)
}

// RuleCounts is what one rule has done so far. Managed counts the files that
// it claimed, Waiting those of them that are in active storage and were never
// queued; the others count placements by state, placing as queued and removing
// as placed.
type RuleCounts struct {
	RuleID                                            int64
	Managed, Waiting, Queued, Placed, Removed, Failed int64
}

// RuleCounts counts for every rule of a unit that has files, by rule id.
func (s *Store) RuleCounts(ctx context.Context, unitID int64) (map[int64]RuleCounts, error) {
	var files, placements []RuleCounts
	err := s.db(ctx).Raw(`SELECT rule_id, COUNT(*) AS managed,
		COUNT(CASE WHEN processed_at IS NULL AND gone_at IS NULL THEN 1 END) AS waiting
		FROM files WHERE rule_id IN (SELECT id FROM rules WHERE business_unit_id = ?) GROUP BY rule_id`,
		unitID).Scan(&files).Error
	if err != nil {
		return nil, wrap(err, "count files by rule of unit %d", unitID)
	}
	err = s.db(ctx).Raw(`SELECT rule_id,
		COUNT(CASE WHEN state IN ('queued', 'placing') THEN 1 END) AS queued,
		COUNT(CASE WHEN state IN ('placed', 'removing') THEN 1 END) AS placed,
		COUNT(CASE WHEN state = 'removed' THEN 1 END) AS removed,
		COUNT(CASE WHEN state = 'failed' AND NOT `+wentFirst+` THEN 1 END) AS failed
		FROM placements WHERE rule_id IN (SELECT id FROM rules WHERE business_unit_id = ?) GROUP BY rule_id`,
		unitID).Scan(&placements).Error
	byRule := make(map[int64]RuleCounts, len(files))
	for _, f := range files {
		byRule[f.RuleID] = f
	}
	for _, p := range placements {
		p.Managed, p.Waiting = byRule[p.RuleID].Managed, byRule[p.RuleID].Waiting
		byRule[p.RuleID] = p
	}
	return byRule, wrap(err, "count placements by rule of unit %d", unitID)
}
