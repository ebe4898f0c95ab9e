package link

import (
	"context"
	"errors"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// urlLife is how long a presigned URL works: enough for a browser to follow
// the redirect, too short to be passed on. A download that has begun goes on.
const urlLife = time.Minute

// Download gives a presigned URL that fetches one placed file under its own
// name, and records that it was given out. The URL is a credential: redirect to
// it, and log it never. A file that is not in the unit's SEA location, or has
// expired, is fault.NotFound.
func (s *Service) Download(ctx context.Context, by models.Actor, unit models.BusinessUnit, placementID int64) (string, error) {
	file, err := s.placed(ctx, unit.ID, placementID)
	if err != nil {
		return "", err
	}
	url, err := s.sign(ctx, unit, file)
	if err != nil {
		return "", err
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		return given(ctx, tx, by, file, nil)
	})
	if err != nil {
		return "", err
	}
	return url, nil
}

// sign makes the presigned URL of a click.
func (s *Service) sign(ctx context.Context, unit models.BusinessUnit, file models.Placement) (string, error) {
	return s.signFor(ctx, unit, file, urlLife)
}

// given records, in the transaction of the caller, that a file was given out,
// through a link or, with nil, to whoever is signed in.
func given(ctx context.Context, tx *store.Store, by models.Actor, file models.Placement, through *models.Link) error {
	event := history.Event{
		By: by, UnitID: file.UnitID, Action: "file.downloaded", ObjectKind: "placement", ObjectID: file.ID,
		Summary: "Downloaded " + file.Key, Details: map[string]any{"key": file.Key, "size": file.Size},
	}
	if through != nil {
		event.Summary = "Downloaded " + file.Key + " with a share link"
		event.Details["link_id"] = through.ID
	}
	err := tx.RecordDownload(ctx, downloadOf(by, file, through))
	if errors.Is(err, store.ErrStale) {
		return fault.Wrap(fault.NotFound, err, "This file has just left SEA.")
	}
	if err != nil {
		return err
	}
	return history.Record(ctx, tx, event)
}

// downloadOf is the row of one download.
func downloadOf(by models.Actor, file models.Placement, through *models.Link) models.Download {
	download := models.Download{UnitID: file.UnitID, PlacementID: file.ID, At: now(), By: by.Name, Address: by.Address}
	if through != nil {
		download.LinkID = &through.ID
	}
	return download
}
