package history

import (
	"context"

	"seaportal/internal/store"
	"seaportal/models"
)

// PageSize is how many events a page shows.
const PageSize = 50

// Log reads the audit log for people.
type Log struct{ Store *store.Store }

// Query selects events, newest first. A zero UnitID means all units; zero
// ObjectID all objects. After is the event that the page of older ones
// follows, Before the one that the page of newer ones precedes.
type Query struct {
	UnitID        int64
	ObjectKind    string
	ObjectID      int64
	After, Before int64
}

// Page is one page of events. Older and Newer tell whether there is another
// page on that side.
type Page struct {
	Rows         []models.History
	Older, Newer bool
}

// Page gives one page.
func (l *Log) Page(ctx context.Context, q Query) (Page, error) {
	rows, err := l.Store.HistoryPage(ctx, store.HistoryQuery{
		UnitID: q.UnitID, ObjectKind: q.ObjectKind, ObjectID: q.ObjectID,
		Before: q.After, After: q.Before, Limit: PageSize + 1,
	})
	if err != nil {
		return Page{}, err
	}
	more := len(rows) > PageSize
	if q.Before != 0 {
		if more {
			rows = rows[1:] // read upwards: the one too many is the newest
		}
		return Page{Rows: rows, Older: true, Newer: more}, nil
	}
	return Page{Rows: rows[:min(len(rows), PageSize)], Older: more, Newer: q.After != 0}, nil
}
