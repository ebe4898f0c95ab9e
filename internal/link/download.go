package link

import (
	"context"
	"crypto/rand"
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
	counterfoil := rand.Text()
	url, err := s.signFor(ctx, unit, file, urlLife, counterfoil)
	if err != nil {
		return "", err
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		return s.given(ctx, tx, by, file, withCounterfoil(downloadOf(by, file, nil), counterfoil))
	})
	if err != nil {
		return "", err
	}
	return url, nil
}

// given records, in the transaction of the caller, that a file was given out,
// with its receipt. That counts as a download where nobody tells what is fetched.
func (s *Service) given(ctx context.Context, tx *store.Store, by models.Actor, file models.Placement, receipt models.Download) error {
	err := tx.RecordDownload(ctx, receipt, !s.Told)
	if errors.Is(err, store.ErrStale) {
		return fault.Wrap(fault.NotFound, err, "This file has just left SEA.")
	}
	if err != nil {
		return err
	}
	return history.Record(ctx, tx, downloaded(by, file, receipt.LinkID))
}

// downloaded is the history's row of one file that was given out.
func downloaded(by models.Actor, file models.Placement, linkID *int64) history.Event {
	event := history.Event{
		By: by, UnitID: file.UnitID, Action: "file.downloaded", ObjectKind: "placement", ObjectID: file.ID,
		Summary: "Downloaded " + file.Key, Details: map[string]any{"key": file.Key, "size": file.Size},
	}
	if linkID != nil {
		event.Summary += " with a share link"
		event.Details["link_id"] = *linkID
	}
	return event
}

// downloadOf is the receipt of one download.
func downloadOf(by models.Actor, file models.Placement, through *models.Link) models.Download {
	download := models.Download{
		UnitID: file.UnitID, PlacementID: file.ID, Via: models.ViaPortal, At: now(), By: by.Name, Address: by.Address,
	}
	if through != nil {
		download.LinkID, download.Via = &through.ID, models.ViaLink
	}
	return download
}

// withCounterfoil is the receipt of a file that is given out by a presigned URL with
// that counterfoil. An S3 server that knows counterfoils completes it with what was
// fetched.
func withCounterfoil(receipt models.Download, counterfoil string) models.Download {
	receipt.Counterfoil = counterfoil
	return receipt
}
