package businessunit

import (
	"context"
	"errors"
	"fmt"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// MaxDailyLimit bounds a unit's daily limit: beyond it a limit says nothing.
const MaxDailyLimit = 100_000_000

// Settings are what a person may set for a unit. DailyLimit is how many files
// may be placed on one day, UTC; 0 for no limit. FolderMarker keeps an empty
// object named like the location, so that S3 clients can open it while it is
// empty. LockVersion is that of the unit as the person saw it.
type Settings struct {
	DailyLimit   int
	FolderMarker bool
	LockVersion  int64
}

// Configure changes a unit's settings and gives the unit as it is then. Faults:
// Invalid beside `daily_limit`; Conflict when somebody else changed the unit
// since.
func (s *Service) Configure(ctx context.Context, by models.Actor, unit models.BusinessUnit, in Settings) (models.BusinessUnit, error) {
	if in.DailyLimit < 0 || in.DailyLimit > MaxDailyLimit {
		return unit, fault.BadInput(fault.Field{Name: "daily_limit", Msg: "Enter a whole number from 0 (no limit) to 100,000,000."})
	}
	before := unit
	unit.DailyLimit, unit.FolderMarker, unit.LockVersion = in.DailyLimit, in.FolderMarker, in.LockVersion
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.UpdateSettings(ctx, unit); err != nil {
			return err
		}
		return history.Record(ctx, tx, history.Event{
			By: by, UnitID: unit.ID, Action: "unit.configured", ObjectKind: "business_unit", ObjectID: unit.ID,
			Summary: fmt.Sprintf("Set daily limit %s and folder marker %s", limitText(unit.DailyLimit), onOff(unit.FolderMarker)),
			Details: map[string]any{
				"daily_limit": unit.DailyLimit, "folder_marker": unit.FolderMarker,
				"daily_limit_before": before.DailyLimit, "folder_marker_before": before.FolderMarker,
			},
		})
	})
	if errors.Is(err, store.ErrStale) {
		return before, fault.Wrap(fault.Conflict, err, "Somebody else changed this business unit meanwhile. Open its settings again.")
	}
	return unit, err
}

func limitText(limit int) string {
	if limit == 0 {
		return "off"
	}
	return fmt.Sprint(limit)
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
