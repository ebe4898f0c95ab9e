package link

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// bookTime bounds one note in the database. Notes are made although the client
// is gone: that is what they tell of.
const bookTime = 10 * time.Second

// Delivery is one transfer of bytes that the portal sends itself: a file, or a
// ZIP of several. Whoever sends calls Keep every few seconds, Finish just before
// the last bytes leave, Break when the transfer ended before that, and Leave when
// no more than a part was asked for.
type Delivery struct {
	Disposition string    // of the answer, which saves it under its name
	Type        string    // its content type: nothing that a browser runs
	Size        int64     // bytes; -1 for a ZIP
	Modified    time.Time // when the file was placed; the zero time for a ZIP
	Tag         string    // changes with the content; empty for a ZIP

	s      *Service
	by     models.Actor
	unit   models.BusinessUnit
	link   *models.Link // nil: somebody who is signed in
	ticket models.LinkTicket
	files  []store.FileOfLink
	// repeated says that the ticket counted before this transfer: nothing more is
	// counted. settled says that the transfer itself was complete.
	repeated, settled bool
	at                int64 // where in the file the next bytes stand; -1: not known
	// receipts are the ids of the files' receipts, once they are written; entered
	// are the files of a ZIP whose turn has come, the last perhaps not to its end.
	receipts []int64
	entered  []int
	first    bool // of all transfers with this ticket, the one that sent its first bytes
}

// Begin opens the transfer that a ticket is for. With look, it only tells what
// it would be, and occupies nothing.
//
// What was begun before the link's end may be gone on with a little longer, but
// no ticket makes a link last.
//
// Faults: NotFound when ticket or link are unknown or over; Conflict when a
// ticket that paused finds its download occupied by another.
func (s *Service) Begin(ctx context.Context, token, ticketToken string, look bool) (*Delivery, error) {
	f, err := s.lookUp(ctx, token)
	if err == nil && !now().Before(f.link.ExpiresAt.Add(ticketGrace)) {
		err = fault.New(fault.NotFound, msgGone)
	}
	if err != nil {
		return nil, err
	}
	d := &Delivery{s: s, unit: f.unit, link: &f.link}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.LinkForUpdate(ctx, f.link.ID); err != nil {
			return err
		}
		if d.ticket, err = tx.Ticket(ctx, f.link.ID, sealed.Digest(ticketToken)); err != nil {
			return err
		}
		if err := d.admit(ctx, tx); err != nil || look {
			return err
		}
		_, err = tx.KeepTicket(ctx, d.ticket.ID, now().Add(ticketLease), 0, 0)
		return err
	})
	if fault.Is(err, fault.NotFound) || errors.Is(err, store.ErrStale) {
		err = fault.Wrap(fault.NotFound, err, msgGone)
	}
	if err != nil {
		return nil, err
	}
	d.by = partner(f.link, d.ticket.Address)
	d.describe(d.ticket.Position == 0, d.unit.Slug)
	return d, nil
}

// admit finds the files of a ticket that may be used now.
func (d *Delivery) admit(ctx context.Context, tx *store.Store) (err error) {
	if done := d.ticket.CompletedAt; done != nil {
		if !now().Before(done.Add(ticketGrace)) {
			return fmt.Errorf("ticket %d was used: %w", d.ticket.ID, store.ErrStale)
		}
		d.repeated = true
		d.files, err = d.again(ctx, tx)
		return err
	}
	if !now().Before(d.ticket.LeaseUntil.Add(ticketGrace)) {
		return fmt.Errorf("ticket %d is too old: %w", d.ticket.ID, store.ErrStale)
	}
	d.files, err = d.s.free(ctx, tx, *d.link, d.ticket)
	return err
}

// From tells where in the file the answer begins, in bytes; -1 where that is not
// known. Untold, it is the beginning. Call it before Keep.
func (d *Delivery) From(offset int64) { d.at = offset }

// again gives the files that a ticket counted already, as far as they are still
// there: what others fetched meanwhile was not its own.
func (d *Delivery) again(ctx context.Context, tx *store.Store) ([]store.FileOfLink, error) {
	rows, err := tx.FilesOfLink(ctx, d.unit.ID, d.link.ID)
	own := strings.Split(d.ticket.Counted, ",")
	var files []store.FileOfLink
	for _, file := range rows {
		if slices.Contains(own, strconv.Itoa(file.Position)) && d.s.fetchable(file.Placement) {
			files = append(files, file)
		}
	}
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("nothing is left of link %d: %w", d.link.ID, store.ErrStale)
	}
	return files, err
}

// describe says how the answer looks.
func (d *Delivery) describe(zip bool, name string) {
	if zip {
		d.Disposition, d.Type, d.Size = disposition(name+"-files.zip"), "application/zip", -1
		return
	}
	file := d.files[0]
	d.Disposition, d.Type, d.Size = disposition(path.Base(file.Key)), safeType(file.ContentType), file.Size
	d.Tag = `"` + sealed.Digest(fmt.Sprint(file.UnitID, file.ID, file.Checksum))[:32] + `"`
	if file.PlacedAt != nil {
		d.Modified = *file.PlacedAt
	}
}

// IsZIP tells whether WriteZIP sends it, and not Content.
func (d *Delivery) IsZIP() bool { return d.Size < 0 }

// placements are the files as they stand in SEA.
func (d *Delivery) placements() []models.Placement {
	files := make([]models.Placement, len(d.files))
	for i, file := range d.files {
		files[i] = file.Placement
	}
	return files
}
