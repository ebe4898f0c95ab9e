package models

import "time"

// DownloadVia tells by which way a file was fetched.
type DownloadVia string

// The ways. Through the portal and links the file is given out by a presigned
// URL; clients come to the S3 server by themselves.
const (
	ViaPortal DownloadVia = "portal" // by somebody who was signed in
	ViaLink   DownloadVia = "link"   // by whoever held a share link
	ViaClient DownloadVia = "client" // by an S3 client with the unit's credential set
	ViaURL    DownloadVia = "url"    // by a presigned URL that was issued for a script
)

// Download is a receipt: that one placed file was fetched, by whom, from where
// and how much of it. Many requests of one client for one file within some
// minutes are one receipt, which grows with them.
//
// By is the name of a person, of a link, or an access key id; AccessKeyID the
// key of an S3 client. Requests counts the requests that the S3 server answered
// and Bytes what it handed to the network for them, repeated parts counted each
// time; both stay zero where no server can tell. Complete says that every byte
// of the file was handed over at least once. LastAt is when the last of them
// ended. Counterfoil marks the presigned URL that the receipt stands for, so that
// what is fetched by it is told from other downloads; it opens nothing. Where a
// link's ticket was used for one file it is a part of the hash of that.
//
// A receipt counts on its placement once all was sent. One of a file that the
// portal or a link gave out by a presigned URL counts at once where no server can
// tell.
type Download struct {
	ID          int64       `gorm:"primaryKey;index:downloads_page,priority:3"`
	UnitID      int64       `gorm:"column:business_unit_id;not null;index:downloads_page,priority:1;index:downloads_unit,priority:1"`
	PlacementID int64       `gorm:"not null;index:downloads_page,priority:2"`
	LinkID      *int64      `gorm:"index:downloads_link"`
	Via         DownloadVia `gorm:"not null;size:10"`
	At          time.Time   `gorm:"not null;index:downloads_unit,priority:2"`
	LastAt      *time.Time
	By          string `gorm:"not null"`
	Address     string `gorm:"not null"`
	AccessKeyID string `gorm:"not null"`
	Requests    int64  `gorm:"not null"`
	Bytes       int64  `gorm:"not null"`
	Complete    bool   `gorm:"not null"`
	Counterfoil string `gorm:"not null;size:26;uniqueIndex:downloads_counterfoil,where:counterfoil <> ''"`
}
