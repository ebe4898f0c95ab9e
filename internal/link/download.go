package link

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/objects"
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

// sign makes the presigned URL. The browser saves the file and never opens it
// as a page.
func (s *Service) sign(ctx context.Context, unit models.BusinessUnit, file models.Placement) (string, error) {
	if !unit.HasLocation() {
		return "", fmt.Errorf("sign for placement %d: %s has no SEA location", file.ID, unit.Slug)
	}
	url, err := s.Objects.PresignGet(ctx, *unit.SEABucket, *unit.SEAPrefix+file.SEAKey, objects.PresignOptions{
		TTL: urlLife, ContentDisposition: disposition(path.Base(file.Key)), ContentType: safeType(file.ContentType),
	})
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "The storage did not do its part, so the file cannot be fetched now. Try again in a minute.")
	}
	return url, nil
}

// given records, in the transaction of the caller, that a file was given out,
// through a link or, with nil, to whoever is signed in.
func given(ctx context.Context, tx *store.Store, by models.Actor, file models.Placement, through *models.Link) error {
	download := models.Download{UnitID: file.UnitID, PlacementID: file.ID, At: now(), By: by.Name, Address: by.Address}
	event := history.Event{
		By: by, UnitID: file.UnitID, Action: "file.downloaded", ObjectKind: "placement", ObjectID: file.ID,
		Summary: "Downloaded " + file.Key, Details: map[string]any{"key": file.Key, "size": file.Size},
	}
	if through != nil {
		download.LinkID = &through.ID
		event.Summary = "Downloaded " + file.Key + " with a share link"
		event.Details["link_id"] = through.ID
	}
	err := tx.RecordDownload(ctx, download)
	if errors.Is(err, store.ErrStale) {
		return fault.Wrap(fault.NotFound, err, "This file has just left SEA.")
	}
	if err != nil {
		return err
	}
	return history.Record(ctx, tx, event)
}
