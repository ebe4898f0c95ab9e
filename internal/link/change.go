package link

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// Revoke ends a link of the unit, and breaks off what the portal is sending
// with it. Another unit's is fault.NotFound; one that is revoked already is a
// success.
func (s *Service) Revoke(ctx context.Context, by models.Actor, unit models.BusinessUnit, linkID int64) error {
	link, err := s.Store.Link(ctx, unit.ID, linkID)
	if err != nil {
		return err
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.RevokeLink(ctx, unit.ID, linkID, now(), by.Name); err != nil {
			return err
		}
		return record(ctx, tx, by, link, "link.revoked", "Revoked a share link", nil)
	})
	if errors.Is(err, store.ErrStale) {
		return nil
	}
	return err
}

// RevokeAll ends every link of the unit that still works, or only those that
// lead to one file where placementID is not 0, and tells how many. An unknown
// file's is fault.NotFound.
func (s *Service) RevokeAll(ctx context.Context, by models.Actor, unit models.BusinessUnit, placementID int64) (int64, error) {
	event := history.Event{By: by, UnitID: unit.ID, Action: "link.revoked_all", ObjectKind: "business_unit", ObjectID: unit.ID}
	of := "the business unit"
	if placementID != 0 {
		file, err := s.Store.Placement(ctx, unit.ID, placementID)
		if err != nil {
			return 0, err
		}
		of, event.ObjectKind, event.ObjectID = file.Key, "placement", file.ID
	}
	var revoked int64
	err := s.Store.Tx(ctx, func(tx *store.Store) (err error) {
		if revoked, err = tx.RevokeLinks(ctx, unit.ID, placementID, now(), by.Name); err != nil || revoked == 0 {
			return err
		}
		event.Summary = fmt.Sprintf("Revoked every share link to %s: %d in all", of, revoked)
		return history.Record(ctx, tx, event)
	})
	return revoked, err
}

// noticeable is the least by which a link is worth extending: a form that is
// sent twice extends once.
const noticeable = time.Minute

// Extend makes a live link last for a lifetime from now on, but never longer
// than any of its files, and gives its new end. One that lasts as long already
// stays as it is.
//
// Faults: NotFound for another unit's; Conflict when the link is over; Invalid
// beside `lifetime`.
func (s *Service) Extend(ctx context.Context, by models.Actor, unit models.BusinessUnit, linkID int64, lifetime time.Duration) (time.Time, error) {
	link, err := s.Store.Link(ctx, unit.ID, linkID)
	if err != nil {
		return time.Time{}, err
	}
	if err := (New{Lifetime: lifetime}).validate(); err != nil {
		return time.Time{}, err
	}
	if (Issued{Link: link}).State() != "live" {
		return time.Time{}, fault.New(fault.Conflict, msgOver)
	}
	rows, err := s.Store.FilesOfLink(ctx, unit.ID, linkID)
	if err != nil {
		return time.Time{}, err
	}
	var files []models.Placement
	for _, row := range rows {
		if s.fetchable(row.Placement) {
			files = append(files, row.Placement)
		}
	}
	if len(files) == 0 {
		return time.Time{}, fault.New(fault.Conflict, "None of this link's files is in SEA any more. It cannot be extended.")
	}
	until := s.end(now().Add(lifetime), files)
	if until.Sub(link.ExpiresAt) < noticeable {
		return link.ExpiresAt, nil
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.ExtendLink(ctx, unit.ID, linkID, until, now()); err != nil {
			return err
		}
		return record(ctx, tx, by, link, "link.extended", "Extended a share link until "+exact(until),
			map[string]any{"from": link.ExpiresAt.UTC(), "until": until.UTC()})
	})
	if errors.Is(err, store.ErrStale) {
		return time.Time{}, fault.Wrap(fault.Conflict, err, msgOver)
	}
	return until, err
}

const msgOver = "This link is over, or was changed meanwhile: it cannot be extended. Make a new one."
