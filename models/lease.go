package models

import "time"

// Lease is a named right that one process holds for a while, such as to run
// one unit's life cycle.
type Lease struct {
	Name  string    `gorm:"primaryKey;size:80"`
	Owner string    `gorm:"not null;size:40"`
	Until time.Time `gorm:"not null"`
}
