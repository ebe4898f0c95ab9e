package receipt

import (
	"context"
	"log/slog"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/store"
	"seaportal/models"
)

// writeBatch bounds one transaction, so that nobody waits long for the writer.
const writeBatch = 500

// news is an entry with what is to be written of it.
type news struct {
	*entry
	now  tally
	last time.Time
	was  models.Download // the row as it was last written, none if its id is 0
}

// Write writes what is new. What fails is kept and tried again by the next call.
func (s *Service) Write(ctx context.Context) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	fresh, dropped := s.take()
	if dropped > 0 {
		s.log.WarnContext(ctx, "fetches not recorded, too many at once", slog.Int64("fetches", dropped))
	}
	if len(fresh) == 0 {
		return nil
	}
	units, err := s.store.UnitsWithLocation(ctx)
	if err != nil {
		s.keep(fresh)
		return err
	}
	all := placesOf(units)
	for begin := 0; begin < len(fresh); begin += writeBatch {
		part := fresh[begin:min(begin+writeBatch, len(fresh))]
		if err := s.writePart(ctx, all, part); err != nil {
			s.keep(fresh[begin:])
			return err
		}
	}
	return nil
}

// take gives what is to be written, as it is now.
func (s *Service) take() (fresh []news, dropped int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh, dropped = make([]news, 0, len(s.pending)), s.dropped
	for _, e := range s.pending {
		e.pending = false
		if !e.unknown {
			fresh = append(fresh, news{entry: e, now: e.now, last: e.last.UTC().Truncate(time.Microsecond), was: e.row})
		}
	}
	clear(s.pending)
	s.pending, s.dropped = s.pending[:0], 0
	s.forget(clock.Real.Now())
	return fresh, dropped
}

// keep puts back what was not written.
func (s *Service) keep(unwritten []news) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range unwritten {
		n.row = n.was
		if !n.pending {
			n.pending = true
			s.pending = append(s.pending, n.entry)
		}
	}
}

// writePart writes some receipts in one transaction.
func (s *Service) writePart(ctx context.Context, units places, part []news) error {
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := s.identify(ctx, tx, units, part); err != nil {
			return err
		}
		if err := insert(ctx, tx, part); err != nil {
			return err
		}
		if err := extend(ctx, tx, part); err != nil {
			return err
		}
		return count(ctx, tx, part)
	})
	if err != nil {
		return err
	}
	for _, n := range part {
		before := n.written.complete // perhaps by a process before this one
		n.written = n.now
		n.written.complete = n.now.complete || before
	}
	return nil
}

// insert writes the receipts that are new.
func insert(ctx context.Context, tx *store.Store, part []news) error {
	var rows []models.Download
	var owners []*entry
	for _, n := range part {
		if n.unknown || n.row.ID != 0 {
			continue
		}
		n.row.Requests, n.row.Bytes, n.row.Complete, n.row.LastAt = n.now.requests, n.now.bytes, n.now.complete, &n.last
		rows, owners = append(rows, n.row), append(owners, n.entry)
	}
	if err := tx.InsertReceipts(ctx, rows); err != nil {
		return err
	}
	for i, owner := range owners {
		owner.row = rows[i]
	}
	return nil
}

// extend adds to the receipts that were there before.
func extend(ctx context.Context, tx *store.Store, part []news) error {
	for _, n := range part {
		if n.unknown || n.row.ID == 0 || n.was.ID == 0 && n.row.Counterfoil == "" {
			continue
		}
		more := models.Download{
			ID: n.row.ID, UnitID: n.row.UnitID, LastAt: &n.last, Complete: n.now.complete,
			Requests: n.now.requests - n.written.requests, Bytes: n.now.bytes - n.written.bytes,
		}
		if err := tx.ExtendReceipt(ctx, more); err != nil {
			return err
		}
	}
	return nil
}

// count counts the receipts that have become complete on their placements, and
// records those of clients in the history. Those of the portal and of links were
// recorded when the file was given out.
func count(ctx context.Context, tx *store.Store, part []news) error {
	var ids []int64
	var told chronicle
	for _, n := range part {
		if n.unknown {
			continue
		}
		ended := n.now.complete && !n.written.complete
		if ended {
			ids = append(ids, n.row.ID)
		}
		if n.row.Counterfoil == "" && (ended || n.was.ID == 0) {
			told.add(n)
		}
	}
	if err := tx.CountReceipts(ctx, ids, clock.Real.Now()); err != nil {
		return err
	}
	return told.record(ctx, tx)
}
