// Package link owns how a placed file is given out: the download of whoever is
// signed in, and share links for people without an account. Both end in a
// presigned URL of a minute, signed by the portal's own key at the moment of
// the click, and both are recorded before the URL is given.
//
// It refuses to keep what opens a link: of the token and of the PIN only hashes
// are stored. It never serves bytes itself, and never tells a stranger why a
// link does not work.
package link

import (
	"context"
	"errors"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/objects"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// linksListed bounds a list of links.
const linksListed = 500

// Service gives out placed files. Every field must be set. Objects signs for
// the public URL of S3. Clock is the life cycle's and decides whether a file
// has expired; links themselves go by real time, as sessions do.
type Service struct {
	Store   *store.Store
	Objects *objects.Client
	Clock   clock.Clock
}

// New is what a person says of a new link. MaxDownloads 0 is any number; an
// empty PIN is none.
type New struct {
	PlacementID  int64
	Lifetime     time.Duration
	MaxDownloads int
	PIN          sealed.Plain
}

// Created is a new link at the one moment when its token is known.
type Created struct {
	Token     sealed.Plain
	Key       string // of the file, below the unit's active prefix
	ExpiresAt time.Time
}

// Issued is a link in the list of a unit's links.
type Issued struct {
	models.Link
	Key   string                // of its file
	Size  int64                 // of its file, in bytes
	State models.PlacementState // of its file
}

// View is what whoever holds a link may know.
type View struct {
	Name         string // of the file, without its folders
	Size         int64  // bytes
	Checksum     string // with its algorithm, empty when none is known
	ExpiresAt    time.Time
	HasPIN       bool
	MaxDownloads int // 0: any number
	Downloads    int
}

// List gives a unit's links, newest first, live or not.
func (s *Service) List(ctx context.Context, unit models.BusinessUnit) ([]Issued, error) {
	return issued(s.Store.Links(ctx, unit.ID, linksListed))
}

// ListTo gives a unit's links to one of its placements, newest first.
func (s *Service) ListTo(ctx context.Context, unit models.BusinessUnit, placementID int64) ([]Issued, error) {
	return issued(s.Store.LinksTo(ctx, unit.ID, placementID, linksListed))
}

func issued(rows []store.LinkedFile, err error) ([]Issued, error) {
	list := make([]Issued, len(rows))
	for i, row := range rows {
		list[i] = Issued{Link: row.Link, Key: row.Key, Size: row.Size, State: row.State}
	}
	return list, err
}

// Revoke ends a link of the unit. Another unit's is fault.NotFound; one that is
// revoked already is a success.
func (s *Service) Revoke(ctx context.Context, by models.Actor, unit models.BusinessUnit, linkID int64) error {
	link, err := s.Store.Link(ctx, unit.ID, linkID)
	if err != nil {
		return err
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.RevokeLink(ctx, unit.ID, linkID, now(), by.Name); err != nil {
			return err
		}
		return record(ctx, tx, by, link, "link.revoked", "Revoked a share link")
	})
	if errors.Is(err, store.ErrStale) {
		return nil
	}
	return err
}

// placed gives a file that may be given out: it stands in the unit's SEA
// location and has not expired, which a file on hold does not. Everything else
// is fault.NotFound.
func (s *Service) placed(ctx context.Context, unitID, placementID int64) (models.Placement, error) {
	file, err := s.Store.PlacedFile(ctx, unitID, placementID)
	if err != nil {
		return models.Placement{}, err
	}
	if !file.Held && file.ExpiresAt != nil && !s.Clock.Now().Before(*file.ExpiresAt) {
		return models.Placement{}, fault.New(fault.NotFound, "This file has expired and is being deleted.")
	}
	return file, nil
}

// record appends the row of one change of a link to the history.
func record(ctx context.Context, tx *store.Store, by models.Actor, link models.Link, action, summary string) error {
	return history.Record(ctx, tx, history.Event{
		By: by, UnitID: link.UnitID, Action: action, ObjectKind: "link", ObjectID: link.ID, Summary: summary,
		Details: map[string]any{"placement_id": link.PlacementID},
	})
}

func now() time.Time { return clock.Real.Now() }
