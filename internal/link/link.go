// Package link owns how placed files are given out: the download of whoever is
// signed in, presigned URLs for scripts, and share links for people without an
// account. A file that may be fetched any number of times is given by a
// presigned URL of a minute, signed by the portal's own key at the moment of the
// click; one that may be fetched so often only, and several files as a ZIP, are
// given by a ticket, with which the portal itself sends the bytes, so that it
// knows a complete download from one that broke off.
//
// It refuses to keep what opens a link: of tokens, tickets and PINs only hashes
// are stored. It knows nothing of HTTP, and never tells a stranger why a link
// does not work.
package link

import (
	"context"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/objects"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// MaxFiles is how many files one link, or one ZIP, has at most.
const MaxFiles = 1000

// Service gives out placed files. Every field must be set. Objects signs for
// the public URL of S3; Source reads what the portal sends itself. Told says that
// the S3 server tells of each fetch by its counterfoil, so that a file which is
// given out counts as downloaded once it was fetched, and not before. Clock is the
// life cycle's and decides whether a file has expired; links themselves go by
// real time, as sessions do. A Service is not copied once it is in use.
type Service struct {
	Store   *store.Store
	Objects *objects.Client
	Source  *objects.Client
	Told    bool
	Clock   clock.Clock

	pins pinGuard
}

// New is what a person says of a new link. MaxDownloads is for each file, 0 is
// any number; an empty PIN is none. Note is shown in the list of links only.
// Nonce is that of the form, empty for a script.
type New struct {
	PlacementIDs []int64
	Lifetime     time.Duration
	MaxDownloads int
	PIN          sealed.Plain
	Note         string
	Nonce        string
}

// Created is a new link at the one moment when its token is known.
type Created struct {
	Token     sealed.Plain
	Key       string // of the first file, below the unit's active prefix
	Files     int
	ExpiresAt time.Time
}

// placed gives a file that may be given out: it stands in the unit's SEA
// location and has not expired, which a file on hold does not. Everything else
// is fault.NotFound.
func (s *Service) placed(ctx context.Context, unitID, placementID int64) (models.Placement, error) {
	file, err := s.Store.PlacedFile(ctx, unitID, placementID)
	if err == nil && !s.fetchable(file) {
		err = fault.New(fault.NotFound, "This file has expired and is being deleted.")
	}
	return file, err
}

// fetchable tells whether a placement is a file that may be given out.
func (s *Service) fetchable(file models.Placement) bool {
	if file.State != models.PlacementPlaced {
		return false
	}
	return file.Held || file.ExpiresAt == nil || s.Clock.Now().Before(*file.ExpiresAt)
}

// end is when something that was to last until wanted really ends: with the
// first of its files. Files go by the life cycle's clock, links by the real
// one. A file on hold has no end yet: for it the link ends with its removal.
func (s *Service) end(wanted time.Time, files []models.Placement) time.Time {
	for _, file := range files {
		if file.ExpiresAt == nil || file.Held {
			continue
		}
		if gone := file.ExpiresAt.Add(-s.Clock.Offset()); gone.Before(wanted) {
			wanted = gone
		}
	}
	return wanted
}

// record appends the row of one change of a link to the history.
func record(ctx context.Context, tx *store.Store, by models.Actor, link models.Link, action, summary string, details map[string]any) error {
	return history.Record(ctx, tx, history.Event{
		By: by, UnitID: link.UnitID, Action: action, ObjectKind: "link", ObjectID: link.ID, Summary: summary, Details: details,
	})
}

func now() time.Time { return clock.Real.Now() }
