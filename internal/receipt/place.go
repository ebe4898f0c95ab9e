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
		case n.counterfoil != "":
			adopted, err := n.adopt(ctx, tx)
			if err != nil {
				return err
			}
			if !adopted {
				units.want(wanted, n.entry)
			}
		default:
			units.want(wanted, n.entry)
		}
	}
	for unitID, keys := range wanted {
		if err := s.place(ctx, tx, unitID, keys); err != nil {
			return err
		}
	}
	return nil
}

// want notes an entry as one whose file has to be found, by unit and key.
func (p places) want(wanted map[int64]map[string][]*entry, e *entry) {
	unit, key, ok := p.find(e.bucket, e.key)
	if !ok {
		e.unknown = true
		return
	}
	if wanted[unit.ID] == nil {
		wanted[unit.ID] = map[string][]*entry{}
	}
	wanted[unit.ID][key] = append(wanted[unit.ID][key], e)
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
			if e.counterfoil != "" { // the portal's key signed it, for whoever has the URL
				e.row.Via, e.row.By, e.row.AccessKeyID = models.ViaURL, "presigned URL", ""
			}
		}
	}
	return nil
}

// adopt finds the receipt that was written when a presigned URL was given out for
// one click. A URL for scripts has none: each that follows it gets its own.
func (e *entry) adopt(ctx context.Context, tx *store.Store) (bool, error) {
	row, err := tx.ReceiptByCounterfoil(ctx, e.counterfoil)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	e.row, e.written.complete = row, row.Complete
	return err == nil, err
}
