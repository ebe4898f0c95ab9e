package models

import "time"

// History is one row of the append-only audit log. UnitID is zero for what
// concerns no unit. Summary is the English sentence that people read; Details
// is a JSON object for machines. Hash is the SHA-256 of PrevHash and the row,
// so that no row can be changed or taken out unnoticed.
type History struct {
	ID         int64     `gorm:"primaryKey;autoIncrement:false;index:history_unit,priority:2"`
	UnitID     int64     `gorm:"column:business_unit_id;not null;index:history_unit,priority:1"`
	At         time.Time `gorm:"not null"`
	ActorKind  ActorKind `gorm:"not null;size:20"`
	ActorID    int64     `gorm:"not null"`
	ActorName  string    `gorm:"not null"`
	Address    string    `gorm:"not null"`
	Action     string    `gorm:"not null;size:60"`
	ObjectKind string    `gorm:"not null;size:40;index:history_object,priority:1"`
	ObjectID   int64     `gorm:"not null;index:history_object,priority:2"`
	Summary    string    `gorm:"not null"`
	Details    string    `gorm:"not null"`
	PrevHash   string    `gorm:"not null;size:64"`
	Hash       string    `gorm:"not null;size:64"`
}

// TableName is the singular word of the domain.
func (History) TableName() string { return "history" }
