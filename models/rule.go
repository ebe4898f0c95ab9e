package models

import "time"

// RuleState tells whether a rule takes files.
type RuleState string

// The states of a rule. A deleted rule still manages its files.
const (
	RuleDraft   RuleState = "draft"
	RuleOn      RuleState = "on"
	RulePaused  RuleState = "paused"
	RuleDeleted RuleState = "deleted"
)

// Rule is a life cycle rule as it stands now. Criteria is the JSON text that
// package rule reads; StartDate is midnight UTC. NameFold is the name in lower
// case: names are unique without regard to case. Version counts the changes of
// the definition; LockVersion counts every change, the state's included.
type Rule struct {
	ID          int64  `gorm:"primaryKey"`
	UnitID      int64  `gorm:"column:business_unit_id;not null;index:rules_unit;uniqueIndex:rules_name,priority:1,where:state <> 'deleted';uniqueIndex:rules_priority,priority:1,where:state <> 'deleted'"`
	Name        string `gorm:"not null"`
	NameFold    string `gorm:"not null;uniqueIndex:rules_name,priority:2,where:state <> 'deleted'"`
	Description string `gorm:"not null"`
	StartDate   time.Time
	MediaType   string    `gorm:"not null;size:40;uniqueIndex:rules_priority,priority:2,where:state <> 'deleted'"`
	Priority    int       `gorm:"not null;uniqueIndex:rules_priority,priority:3,where:state <> 'deleted'"`
	Action      string    `gorm:"not null;size:10"`
	AfterDays   int       `gorm:"not null"`
	Criteria    string    `gorm:"not null"`
	State       RuleState `gorm:"not null;size:20"`
	Version     int       `gorm:"not null"`
	LockVersion int64     `gorm:"not null"`
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// RuleVersion is a rule as it stood after one change. Snapshot is the JSON text
// of its definition.
type RuleVersion struct {
	RuleID    int64  `gorm:"primaryKey;autoIncrement:false"`
	Version   int    `gorm:"primaryKey;autoIncrement:false"`
	Snapshot  string `gorm:"not null"`
	CreatedAt time.Time
	CreatedBy string `gorm:"not null"`
}
