package lifecycle

import (
	"context"
	"errors"
	"slices"

	"seaportal/internal/objects"
	"seaportal/models"
)

// partnerRemoved records which placed files somebody else deleted, by the keys
// that the news name.
func (e *Engine) partnerRemoved(ctx context.Context, unit models.BusinessUnit, deleted map[string]Event) error {
	keys := make([]string, 0, len(deleted))
	for key := range deleted {
		keys = append(keys, key)
	}
	for some := range slices.Chunk(keys, batch) {
		// What is not here is a removal by the portal, or no file of ours at all.
		rows, err := e.Store.PlacedAs(ctx, unit.ID, some)
		if err == nil {
			err = e.confirmRemoved(ctx, unit, rows, deleted)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// confirmRemoved records removals once S3 confirms that the objects are gone,
// those of one client together. news says who it was, by key; for a file that it
// does not name nobody knows.
func (e *Engine) confirmRemoved(ctx context.Context, unit models.BusinessUnit, rows []models.Placement, news map[string]Event) error {
	gone := make(map[models.Actor][]models.Placement)
	answers := make([]error, len(rows))
	each(e.newSlots(), rows, func(i int, row models.Placement) {
		_, answers[i] = e.Objects.Head(ctx, *unit.SEABucket, *unit.SEAPrefix+row.SEAKey)
	})
	var failed []error
	for i, row := range rows {
		switch {
		case answers[i] == nil: // it stands
		case objects.ReasonOf(answers[i]) == objects.NotFound:
			by := partner(news[row.SEAKey], row)
			gone[by] = append(gone[by], row)
		default:
			failed = append(failed, answers[i])
		}
	}
	for by, rows := range gone {
		failed = append(failed, e.recordRemovals(ctx, unit, by, models.RemovedByClient, models.PlacementPlaced, rows))
	}
	return errors.Join(failed...)
}

// partner is who an event says deleted a file. An earlier event was about
// another file of the same name.
func partner(event Event, row models.Placement) models.Actor {
	by := models.Actor{Kind: models.ActorPartner, Name: "partner"}
	if !event.At.IsZero() && row.PlacedAt != nil && event.At.Before(*row.PlacedAt) {
		return by
	}
	by.Address = event.Address
	if event.AccessKeyID != "" {
		by.Name = event.AccessKeyID
	}
	return by
}
