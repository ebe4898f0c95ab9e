package receipt

import (
	"context"
	"strconv"

	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// mostNamed is how many receipts one event of the history names.
const mostNamed = 20

// fetcher is whose fetches one event tells of.
type fetcher struct {
	unitID      int64
	by, address string
	via         models.DownloadVia
}

// told is what one event tells.
type told struct {
	files, parts, bytes int64 // files that were fetched whole, and in part
	receipts            []int64
	last                news
}

// chronicle gathers what one transaction writes, so that a client that fetches
// thousands of files leaves a line every few seconds and not one a file. Each
// file has its receipt.
type chronicle struct {
	order []fetcher
	by    map[fetcher]*told
}

func (c *chronicle) add(n news) {
	who := fetcher{n.row.UnitID, n.row.By, n.address, n.row.Via}
	if c.by == nil {
		c.by = map[fetcher]*told{}
	}
	all := c.by[who]
	if all == nil {
		all = &told{}
		c.by[who] = all
		c.order = append(c.order, who)
	}
	if n.now.complete {
		all.files++
	} else {
		all.parts++
	}
	all.bytes += n.now.bytes - n.written.bytes
	all.last = n
	if len(all.receipts) < mostNamed {
		all.receipts = append(all.receipts, n.row.ID)
	}
}

func (c *chronicle) record(ctx context.Context, tx *store.Store) error {
	events := make([]history.Event, 0, len(c.order))
	for _, who := range c.order {
		events = append(events, c.by[who].event(who))
	}
	return history.Record(ctx, tx, events...)
}

func (t *told) event(who fetcher) history.Event {
	event := history.Event{
		By:     models.Actor{Kind: models.ActorPartner, Name: who.by, Address: who.address},
		UnitID: who.unitID, Action: "file.downloaded",
		Details: map[string]any{"files": t.files, "parts": t.parts, "bytes": t.bytes, "receipts": t.receipts},
	}
	with := " with an S3 client"
	if who.via == models.ViaURL {
		with = " with a presigned URL"
	}
	if t.files+t.parts == 1 {
		event.ObjectKind, event.ObjectID = "placement", t.last.row.PlacementID
		event.Details["key"], event.Details["size"] = t.last.fileKey, t.last.size
		event.Summary = "Downloaded " + t.last.fileKey + with
		if t.parts == 1 {
			event.Summary = "Downloaded a part of " + t.last.fileKey + with
		}
		return event
	}
	event.ObjectKind, event.ObjectID = "business_unit", who.unitID
	event.Summary = "Downloaded " + files(t.files) + with
	switch {
	case t.files == 0:
		event.Summary = "Downloaded parts of " + files(t.parts) + with
	case t.parts > 0:
		event.Summary = "Downloaded " + files(t.files) + " and parts of " + files(t.parts) + with
	}
	return event
}

func files(n int64) string {
	if n == 1 {
		return "1 file"
	}
	return strconv.FormatInt(n, 10) + " files"
}
