package receipt

import (
	"context"
	"strings"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/fault"
	"seaportal/internal/store"
	"seaportal/models"
)

// places finds units by where their files are.
type places map[string]models.BusinessUnit

func placesOf(units []models.BusinessUnit) places {
	all := make(places, len(units))
	for _, unit := range units {
		all[unit.FileLocation()] = unit
	}
	return all
}

// find gives the unit whose location an object is in, and its key below that.
func (p places) find(bucket, key string) (models.BusinessUnit, string, bool) {
	for end := 0; ; end++ {
		next := strings.IndexByte(key[end:], '/')
		if next < 0 {
			return models.BusinessUnit{}, "", false
		}
		end += next
		if unit, ok := p[bucket+"/"+key[:end+1]]; ok {
			return unit, key[end+1:], true
		}
	}
}

// identify finds the placement of each entry that is new, or for a presigned URL
// the receipt that is there already.
func (s *Service) identify(ctx context.Context, tx *store.Store, units places, part []news) error {
	wanted := map[int64]map[string][]*entry{}
	for _, n := range part {
		switch {
		case n.row.ID != 0:
		case n.ticket != "":
			if err := n.adopt(ctx, tx); err != nil {
				return err
			}
		default:
			unit, key, ok := units.find(n.bucket, n.key)
			if !ok {
				n.unknown = true
				continue
			}
			if wanted[unit.ID] == nil {
				wanted[unit.ID] = map[string][]*entry{}
			}
			wanted[unit.ID][key] = append(wanted[unit.ID][key], n.entry)
		}
	}
	for unitID, keys := range wanted {
		if err := s.place(ctx, tx, unitID, keys); err != nil {
			return err
		}
	}
	return nil
}

// place finds the files of one unit. A file that a client fetched and at once
// deleted is found among those that have left.
func (s *Service) place(ctx context.Context, tx *store.Store, unitID int64, keys map[string][]*entry) error {
	names := make([]string, 0, len(keys))
	since := clock.Real.Now()
	for key, entries := range keys {
		names = append(names, key)
		for _, e := range entries {
			if e.begun.Before(since) {
				since = e.begun
			}
		}
	}
	found, err := tx.PlacedUnder(ctx, unitID, names, since.Add(s.life.Offset()))
	if err != nil {
		return err
	}
	for key, entries := range keys {
		file, ok := found[key]
		for _, e := range entries {
			e.unknown, e.fileKey = !ok, file.Key
			e.row = models.Download{
				UnitID: unitID, PlacementID: file.ID, Via: models.ViaClient, At: e.begun.UTC().Truncate(time.Microsecond),
				By: e.accessKeyID, AccessKeyID: e.accessKeyID, Address: e.address,
			}
		}
	}
	return nil
}

// adopt finds the receipt that was written when a presigned URL was given out. A
// URL without one has nothing to add to.
func (e *entry) adopt(ctx context.Context, tx *store.Store) error {
	row, err := tx.ReceiptByTicket(ctx, e.ticket)
	if fault.Is(err, fault.NotFound) {
		e.unknown = true
		return nil
	}
	e.row = row
	return err
}
