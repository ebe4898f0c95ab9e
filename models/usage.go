package models

import "time"

// UsageDay is what the files of one rule held in SEA on one closed day, for the
// files that somebody has fetched and for those that nobody has. Day is a date
// in UTC as 2006-01-02. What they held is ByteDays whole byte-days and
// ByteSeconds, fewer than 86,400, beside: the two together are exact where
// byte-seconds alone pass what an integer of the database can hold. Files is how
// many were there at some moment of the day; StandingFiles and StandingBytes are
// what was there at its end.
type UsageDay struct {
	UnitID        int64  `gorm:"column:business_unit_id;primaryKey;autoIncrement:false"`
	Day           string `gorm:"primaryKey;size:10"`
	RuleID        int64  `gorm:"primaryKey;autoIncrement:false"`
	Fetched       bool   `gorm:"primaryKey"`
	ByteDays      int64  `gorm:"not null"`
	ByteSeconds   int64  `gorm:"not null"`
	Files         int64  `gorm:"not null"`
	StandingFiles int64  `gorm:"not null"`
	StandingBytes int64  `gorm:"not null"`
}

// UsageMeter says how far a unit's days are closed: Through is the last one, as
// 2006-01-02, and At when that was last worked out.
type UsageMeter struct {
	UnitID  int64     `gorm:"column:business_unit_id;primaryKey;autoIncrement:false"`
	Through string    `gorm:"not null;size:10"`
	At      time.Time `gorm:"not null"`
}

// Rate is the price of storage from a day on, until a later rate's day. FromDay
// is a date in UTC as 2006-01-02; Amount is a decimal number of the currency for
// one GB (10^9 bytes) kept for a calendar month; Currency is an ISO 4217 code.
// The row of a rate that is in force is never changed.
type Rate struct {
	ID        int64  `gorm:"primaryKey"`
	FromDay   string `gorm:"not null;size:10;uniqueIndex:rates_from"`
	Amount    string `gorm:"not null;size:40"`
	Currency  string `gorm:"not null;size:3"`
	CreatedAt time.Time
	CreatedBy string `gorm:"not null"`
}
