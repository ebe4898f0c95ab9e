package models

import "time"

// Link is a share link to placed files of one unit. Only the SHA-256 of its
// token is kept; PINHash is empty where no PIN was set. MaxDownloads is how
// often each of its files may be fetched, 0 any number; Downloads counts the
// files that were fetched with it. Note is for whoever reads the list of links, and is never
// shown to who holds the link.
type Link struct {
	ID           int64  `gorm:"primaryKey;index:links_page,priority:2"`
	UnitID       int64  `gorm:"column:business_unit_id;not null;index:links_page,priority:1"`
	TokenHash    string `gorm:"not null;size:64;uniqueIndex:links_token"`
	PINHash      string `gorm:"column:pin_hash;not null"`
	PINFailures  int    `gorm:"column:pin_failures;not null"`
	Note         string `gorm:"not null"`
	MaxDownloads int    `gorm:"not null"`
	Downloads    int    `gorm:"not null"`
	CreatedAt    time.Time
	CreatedBy    string    `gorm:"not null"`
	ExpiresAt    time.Time `gorm:"not null"`
	UsedUpAt     *time.Time
	RevokedAt    *time.Time
	RevokedBy    string `gorm:"not null"`
}

// LinkFile is one file of a link. Position counts from 1 in the order of the
// keys, and is all that a holder of the link learns of the file's identity.
type LinkFile struct {
	LinkID      int64 `gorm:"primaryKey;autoIncrement:false"`
	PlacementID int64 `gorm:"primaryKey;autoIncrement:false;index:link_files_placement"`
	Position    int   `gorm:"not null"`
	Downloads   int   `gorm:"not null"`
}

// LinkTicket is the right to fetch what a link leads to, given out by its
// button: one file, or all of them with Position 0. Only the SHA-256 of its
// token is kept. Until LeaseUntil it occupies one of the downloads that the link
// allows. Sent is how many bytes it fetched, repeated ones each time; Reach is how
// many from the file's beginning on without a gap, as far as that is known.
// CompletedAt is set once it counts, and Counted is then the positions of the files
// that it counted, in order, separated by commas.
type LinkTicket struct {
	ID          int64     `gorm:"primaryKey"`
	LinkID      int64     `gorm:"not null;index:link_tickets_link"`
	Position    int       `gorm:"not null"`
	TokenHash   string    `gorm:"not null;size:64;uniqueIndex:link_tickets_token"`
	Address     string    `gorm:"not null"`
	IssuedAt    time.Time `gorm:"not null"`
	LeaseUntil  time.Time `gorm:"not null"`
	Sent        int64     `gorm:"not null"`
	Reach       int64     `gorm:"not null;default:0"`
	CompletedAt *time.Time
	Counted     string `gorm:"not null;default:''"`
}
