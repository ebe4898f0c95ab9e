package link

import (
	"context"
	"time"

	"seaportal/internal/store"
	"seaportal/models"
)

// PageSize is how many links a page shows, and how many a file's page names.
const PageSize = 50

// Issued is a link in a list, with what its files come to.
type Issued struct {
	models.Link
	Key     string // of its first file
	FirstID int64  // the placement of that
	Files   int    // how many it was made for
	Present int    // how many of them are still in SEA
	Bytes   int64  // of those, their size
	// Stops is until when it leads to anything, as partners are told: earlier than
	// its own end where files were held when it was made and are not any more.
	Stops time.Time
}

// State tells how a link stands, in one word: live, expired, used-up, locked
// or revoked.
func (i Issued) State() string {
	switch {
	case i.RevokedAt != nil:
		return "revoked"
	case i.UsedUpAt != nil:
		return "used-up"
	case i.PINFailures >= pinTries:
		return "locked"
	case !now().Before(i.ExpiresAt):
		return "expired"
	}
	return "live"
}

// Query selects a page of a unit's links, newest first. State is live, ended,
// or empty for both; any other one shows nothing. After is the id that the page
// of older links follows, Before the one that the page of newer links precedes.
// PlacementID, where not 0, leaves only links to that file.
type Query struct {
	State         string
	PlacementID   int64
	After, Before int64
}

// Page is one page of links. Older and Newer tell whether there is another page
// on that side.
type Page struct {
	Rows         []Issued
	Older, Newer bool
}

// List gives one page of a unit's links.
func (s *Service) List(ctx context.Context, unit models.BusinessUnit, q Query) (Page, error) {
	query := store.LinksQuery{
		UnitID: unit.ID, PlacementID: q.PlacementID, At: now(), MaxPINFailures: pinTries,
		After: q.After, Before: q.Before, Limit: PageSize + 1,
	}
	switch q.State {
	case "":
	case "live":
		query.Live = true
	case "ended":
		query.Ended = true
	default:
		return Page{}, nil
	}
	rows, err := s.Store.Links(ctx, query)
	if err != nil {
		return Page{}, err
	}
	more := len(rows) > PageSize
	page := Page{Older: more, Newer: q.After != 0}
	if q.Before != 0 {
		page.Older, page.Newer = true, more
		if more {
			rows = rows[1:] // read upwards: the one too many is the newest
		}
	} else if more {
		rows = rows[:PageSize]
	}
	for _, row := range rows {
		page.Rows = append(page.Rows, Issued{
			Link: row.Link, Key: row.Key, FirstID: row.FirstID, Files: row.Files, Present: row.Present, Bytes: row.Bytes,
			Stops: s.stops(row),
		})
	}
	return page, nil
}

func (s *Service) stops(row store.LinkOfFiles) time.Time {
	if row.Endless > 0 || row.LastEnd == nil {
		return row.ExpiresAt
	}
	return s.end(row.ExpiresAt, []models.Placement{{ExpiresAt: row.LastEnd}})
}

// Whole is a link with every file that it was made for. Ends is when the first
// of those that are there is deleted, nil when none of them has an end: the link
// cannot last longer.
type Whole struct {
	Issued
	All  []WholeFile
	Ends *time.Time
}

// WholeFile is one file of a Whole link. Fetched is how often it was, with the
// link; Here tells whether it can be.
type WholeFile struct {
	models.Placement
	Fetched int
	Here    bool
}

// Link gives one link of the unit with its files, or fault.NotFound.
func (s *Service) Link(ctx context.Context, unit models.BusinessUnit, linkID int64) (Whole, error) {
	row, err := s.Store.Link(ctx, unit.ID, linkID)
	if err != nil {
		return Whole{}, err
	}
	files, err := s.Store.FilesOfLink(ctx, unit.ID, linkID)
	if err != nil {
		return Whole{}, err
	}
	whole := Whole{Issued: Issued{Link: row, Files: len(files), Stops: row.ExpiresAt}}
	left := followed{link: row}
	for _, file := range files {
		here := s.fetchable(file.Placement)
		if here {
			whole.Present++
			whole.Bytes += file.Size
			if left.mayFetch(file) {
				left.files = append(left.files, file)
			}
			if !file.Held && file.ExpiresAt != nil && (whole.Ends == nil || file.ExpiresAt.Before(*whole.Ends)) {
				whole.Ends = file.ExpiresAt
			}
		}
		whole.All = append(whole.All, WholeFile{Placement: file.Placement, Fetched: file.Fetched, Here: here})
	}
	if len(left.files) > 0 {
		whole.Stops = s.lastOf(left)
	}
	if len(files) > 0 {
		whole.Key, whole.FirstID = files[0].Key, files[0].ID
	}
	return whole, nil
}
