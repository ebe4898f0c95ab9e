package link

import (
	"context"
	"fmt"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// Each file of a transfer has a receipt before its first bytes leave. So one
// that a crash ends is on record too, as far as it is known to have come.

// counterfoilSize is how much of a ticket's hash is its receipt's counterfoil.
const counterfoilSize = 26

// note adds what a transfer has sent to its receipts, which it makes where there
// are none yet, and gives their ids. Call it in the transaction that keeps the
// ticket. A ZIP says nothing of its files before its end.
func (d *Delivery) note(ctx context.Context, tx *store.Store, sent int64, whole bool) ([]int64, error) {
	ids, requests := d.receipts, int64(0)
	if ids == nil {
		var err error
		if ids, err = d.openReceipts(ctx, tx); err != nil {
			return nil, err
		}
		requests = 1
	}
	if d.IsZIP() {
		return ids, nil
	}
	return ids, d.extend(ctx, tx, models.Download{ID: ids[0], Requests: requests, Bytes: sent, Complete: whole})
}

// openReceipts makes the receipts. A ticket for one file has one, however many
// requests it takes.
func (d *Delivery) openReceipts(ctx context.Context, tx *store.Store) ([]int64, error) {
	counterfoil := ""
	if !d.IsZIP() && d.link != nil {
		counterfoil = d.ticket.TokenHash[:counterfoilSize]
		before, err := tx.ReceiptByCounterfoil(ctx, counterfoil)
		if err == nil {
			return []int64{before.ID}, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	rows, ids := make([]models.Download, len(d.files)), make([]int64, len(d.files))
	for i, file := range d.files {
		rows[i] = withCounterfoil(downloadOf(d.by, file.Placement, d.link), counterfoil)
	}
	if err := tx.InsertReceipts(ctx, rows); err != nil {
		return nil, err
	}
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids, nil
}

func (d *Delivery) extend(ctx context.Context, tx *store.Store, more models.Download) error {
	at := now()
	more.UnitID, more.LastAt = d.unit.ID, &at
	return tx.ExtendReceipt(ctx, more)
}

// begun makes the receipts of a ZIP that somebody who is signed in fetches.
func (d *Delivery) begun(ctx context.Context) error {
	if d.receipts != nil {
		return nil
	}
	var ids []int64
	err := d.s.Store.Tx(ctx, func(tx *store.Store) (err error) {
		ids, err = d.note(ctx, tx, 0, false)
		return err
	})
	if err == nil {
		d.receipts = ids
	}
	return err
}

// settle completes and counts the receipts, and records what was sent. A file
// that left SEA while it was sent was sent all the same.
func (d *Delivery) settle(ctx context.Context, tx *store.Store, left map[int64]bool) error {
	ids := d.receipts
	if ids == nil { // nothing was sent before the end: an empty file
		var err error
		if ids, err = d.note(ctx, tx, 0, d.Size == 0); err != nil {
			return err
		}
	}
	if !d.IsZIP() {
		if err := tx.CountReceipts(ctx, ids, now()); err != nil {
			return err
		}
		var linkID *int64
		if d.link != nil {
			linkID = &d.link.ID
		}
		return history.Record(ctx, tx, downloaded(d.by, d.files[0].Placement, linkID))
	}
	return d.settleZIP(ctx, tx, ids, left)
}

func (d *Delivery) settleZIP(ctx context.Context, tx *store.Store, ids []int64, left map[int64]bool) error {
	var sent, absent, files []int64
	for i, file := range d.files {
		if left[file.ID] {
			absent = append(absent, ids[i])
			continue
		}
		if err := d.extend(ctx, tx, models.Download{ID: ids[i], Requests: 1, Bytes: file.Size, Complete: true}); err != nil {
			return err
		}
		sent, files = append(sent, ids[i]), append(files, file.ID)
	}
	if err := tx.DropReceipts(ctx, d.unit.ID, absent); err != nil {
		return err
	}
	if err := tx.CountReceipts(ctx, sent, now()); err != nil {
		return err
	}
	event := d.event("file.downloaded_together", fmt.Sprintf("Downloaded %d files as a ZIP", len(sent)))
	event.Details["placement_ids"], event.Details["missing"] = files, len(left)
	return history.Record(ctx, tx, event)
}

// cut adds to the receipts of a transfer that broke off. sent is what they were
// not told of, total all that this answer sent.
func (d *Delivery) cut(ctx context.Context, tx *store.Store, sent, total int64) error {
	if d.receipts == nil {
		return nil
	}
	if !d.IsZIP() {
		return d.extend(ctx, tx, models.Download{ID: d.receipts[0], Bytes: sent})
	}
	for _, i := range d.entered {
		part := min(d.files[i].Size, total) // between files stand a few bytes of the ZIP itself
		total -= part
		if err := d.extend(ctx, tx, models.Download{ID: d.receipts[i], Requests: 1, Bytes: part}); err != nil {
			return err
		}
	}
	return nil
}
