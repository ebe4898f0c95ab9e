package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

const maxReason = 500 // characters

// Hold keeps a placed file from expiring until Release. The reason is for the
// history and the file's page. A partner's credential set may still delete the
// file. Faults: Invalid beside `reason`; Conflict when the file is not in SEA
// or is on hold already; NotFound.
func (e *Engine) Hold(ctx context.Context, by models.Actor, unit models.BusinessUnit, placementID int64, reason string) error {
	reason = strings.TrimSpace(strings.ReplaceAll(reason, "\r\n", "\n")) // as browsers send it
	switch {
	case reason == "":
		return fault.BadInput(fault.Field{Name: "reason", Msg: "Enter why the file must stay."})
	case utf8.RuneCountInString(reason) > maxReason:
		return fault.BadInput(fault.Field{Name: "reason", Msg: fmt.Sprintf("Use at most %d characters.", maxReason)})
	}
	return e.setHeld(ctx, by, unit, placementID, true, func(tx *store.Store, p models.Placement, at time.Time) (history.Event, error) {
		err := tx.InsertHold(ctx, &models.Hold{
			UnitID: unit.ID, PlacementID: p.ID, Reason: reason, CreatedAt: at, CreatedBy: by.Name,
		})
		return history.Event{
			Action: "file.held", Summary: fmt.Sprintf("Put %s on hold: %s", p.Key, reason), Details: map[string]any{"reason": reason},
		}, err
	})
}

// Release ends a file's hold. A file whose time was over meanwhile is removed
// within a minute. Faults: Conflict when there is no hold; NotFound.
func (e *Engine) Release(ctx context.Context, by models.Actor, unit models.BusinessUnit, placementID int64) error {
	return e.setHeld(ctx, by, unit, placementID, false, func(tx *store.Store, p models.Placement, at time.Time) (history.Event, error) {
		return history.Event{Action: "file.released", Summary: "Released " + p.Key + " from its hold"},
			tx.ReleaseHold(ctx, p, at, by.Name)
	})
}

// setHeld changes a file's hold with its record in one transaction, which a
// removal can only precede or follow.
func (e *Engine) setHeld(
	ctx context.Context, by models.Actor, unit models.BusinessUnit, placementID int64, held bool,
	record func(tx *store.Store, p models.Placement, at time.Time) (history.Event, error),
) error {
	placement, err := e.Store.Placement(ctx, unit.ID, placementID)
	if err != nil {
		return err
	}
	err = e.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.SetHeld(ctx, placement, held); err != nil {
			return err
		}
		event, err := record(tx, placement, e.Clock.Now())
		if err != nil {
			return err
		}
		event.By, event.UnitID, event.ObjectKind, event.ObjectID = by, unit.ID, "placement", placement.ID
		return history.Record(ctx, tx, event)
	})
	if errors.Is(err, store.ErrStale) {
		return fault.Wrap(fault.Conflict, err, heldConflict(held))
	}
	if err == nil {
		e.markExpiry(ctx, unit, placement, !held)
	}
	return err
}

func heldConflict(held bool) string {
	if held {
		return "The file cannot be put on hold: it is not in SEA any more, or it is on hold already. Reload the page."
	}
	return "The file is not on hold. Reload the page."
}

// HoldOf gives the hold that keeps a file, nil when none does.
func (e *Engine) HoldOf(ctx context.Context, p models.Placement) (*models.Hold, error) {
	if !p.Held {
		return nil, nil //nolint:nilnil // no hold is no failure
	}
	hold, err := e.Store.LiveHold(ctx, p.UnitID, p.ID)
	return &hold, err
}
