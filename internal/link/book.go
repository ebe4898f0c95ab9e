package link

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// Keep tells that a transfer is alive and has sent so many bytes since the last
// time. It reports done when the ticket has sent as much as the file has, over
// however many requests. A fault.NotFound says that the transfer has to be
// broken off: its link was revoked, or SEA disabled.
func (d *Delivery) Keep(ctx context.Context, sent int64) (done bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookTime)
	defer cancel()
	if d.link == nil {
		return false, d.begun(ctx)
	}
	unit, err := d.s.Store.Unit(ctx, d.unit.ID)
	if err != nil {
		return false, err
	}
	if unit.SEAState != models.SEAEnabled {
		return false, fault.New(fault.NotFound, msgGone)
	}
	var ticket models.LinkTicket
	receipts := d.receipts
	err = d.s.Store.Tx(ctx, func(tx *store.Store) (err error) {
		if ticket, err = tx.KeepTicket(ctx, d.ticket.ID, now().Add(ticketLease), d.at, sent); err != nil {
			return err
		}
		receipts, err = d.note(ctx, tx, sent, ticket.Reach >= d.Size)
		return err
	})
	if errors.Is(err, store.ErrStale) {
		return false, fault.Wrap(fault.NotFound, err, msgGone)
	}
	if err != nil {
		return false, err
	}
	d.receipts = receipts
	d.pass(sent)
	d.first = d.first || sent > 0 && ticket.Sent == sent
	return !d.IsZIP() && ticket.Sent >= d.Size, nil
}

// pass moves on to where the next bytes stand.
func (d *Delivery) pass(sent int64) {
	if d.at >= 0 {
		d.at += sent
	}
}

// over tells that nothing more is to be recorded of a transfer. A file that is
// fetched again with its ticket has the receipt that it had, which grows; a ZIP
// has new ones.
func (d *Delivery) over() bool { return d.settled || d.repeated && !d.IsZIP() }

// Finish counts and records a complete download, once for each ticket. It is
// called before the last bytes leave, so that no crash and no race gives more
// than the link allows; what is lost behind it can be fetched again with the
// same ticket for ten minutes. left names files of a ZIP that are not in it.
func (d *Delivery) Finish(ctx context.Context, left map[int64]bool) error {
	if d.over() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookTime)
	defer cancel()
	err := d.finish(ctx, left)
	if errors.Is(err, errCounted) { // by another request with the same ticket
		d.repeated = true
		if d.over() {
			return nil
		}
		err = d.finish(ctx, left)
	}
	d.settled = err == nil
	return err
}

func (d *Delivery) finish(ctx context.Context, left map[int64]bool) error {
	return d.s.Store.Tx(ctx, func(tx *store.Store) error {
		if d.link != nil && !d.repeated {
			if err := d.count(ctx, tx, left); err != nil {
				return err
			}
		}
		return d.settle(ctx, tx, left)
	})
}

// errCounted says that another request with the same ticket finished first.
var errCounted = errors.New("the ticket counted before")

// count takes the downloads that the ticket occupied.
func (d *Delivery) count(ctx context.Context, tx *store.Store, left map[int64]bool) error {
	link, err := tx.LinkForUpdate(ctx, d.link.ID)
	if err != nil {
		return err
	}
	if link.RevokedAt != nil {
		return fault.New(fault.NotFound, msgGone)
	}
	rows, err := tx.FilesOfLink(ctx, link.UnitID, link.ID)
	if err != nil {
		return err
	}
	var positions []int
	var counted []string
	for _, file := range d.files {
		if left[file.ID] {
			continue
		}
		positions, counted = append(positions, file.Position), append(counted, strconv.Itoa(file.Position))
	}
	err = tx.CompleteTicket(ctx, d.ticket.ID, now(), strings.Join(counted, ","))
	if errors.Is(err, store.ErrStale) {
		return errCounted
	}
	if err != nil {
		return err
	}
	for _, position := range positions {
		if link.MaxDownloads > 0 && rows[position-1].Fetched >= link.MaxDownloads {
			return fault.New(fault.NotFound, msgGone) // it paused, and somebody else was first
		}
	}
	return tx.CountFetched(ctx, link, positions, now())
}

// Break records that a transfer ended before it was complete, and frees the
// download that it occupied. sent is what Keep was not told of, total what this
// answer sent in all.
func (d *Delivery) Break(ctx context.Context, sent, total int64) error {
	if d.over() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookTime)
	defer cancel()
	return d.s.Store.Tx(ctx, func(tx *store.Store) error {
		if d.link != nil {
			_, err := tx.KeepTicket(ctx, d.ticket.ID, now(), d.at, sent)
			if err != nil && !errors.Is(err, store.ErrStale) {
				return err
			}
		}
		if total == 0 {
			return nil
		}
		if err := d.cut(ctx, tx, sent, total); err != nil {
			return err
		}
		event := d.event("file.download_broke_off", fmt.Sprintf("A download of %s broke off", named(d.placements())))
		event.Details["bytes"] = total
		return history.Record(ctx, tx, event)
	})
}

// Leave records that a part was fetched as it was asked for, once for each
// ticket: who never asks for the end is seen too.
func (d *Delivery) Leave(ctx context.Context) error {
	if d.over() || !d.first {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookTime)
	defer cancel()
	return d.s.Store.Tx(ctx, func(tx *store.Store) error {
		return history.Record(ctx, tx, d.event("file.download_in_part", fmt.Sprintf("A part of %s was downloaded", named(d.placements()))))
	})
}

// event is a history row about the file, or about the link or the unit that
// several files were fetched with.
func (d *Delivery) event(action, text string) history.Event {
	event := history.Event{
		By: d.by, UnitID: d.unit.ID, Action: action, ObjectKind: "business_unit", ObjectID: d.unit.ID,
		Summary: text, Details: map[string]any{},
	}
	switch {
	case !d.IsZIP():
		event.ObjectKind, event.ObjectID = "placement", d.files[0].ID
	case d.link != nil:
		event.ObjectKind, event.ObjectID = "link", d.link.ID
	}
	if d.link != nil {
		event.Summary += " with a share link"
		event.Details["link_id"] = d.link.ID
	}
	return event
}
