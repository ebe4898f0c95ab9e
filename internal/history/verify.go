package history

import (
	"context"
	"fmt"

	"seaportal/internal/store"
)

const verifyBatch = 1000

// Broken says at which row the chain breaks, and how.
type Broken struct {
	ID     int64
	Reason string
}

// Error gives one line for the operator.
func (b *Broken) Error() string {
	return fmt.Sprintf("history is broken at event %d: %s", b.ID, b.Reason)
}

// Verify walks the whole log and recomputes every hash. It returns the number
// of rows that hold together, and *Broken at the first that does not.
func Verify(ctx context.Context, s *store.Store) (int64, error) {
	var count, last int64
	var prev string
	for {
		rows, err := s.HistoryFrom(ctx, last, verifyBatch)
		if err != nil || len(rows) == 0 {
			return count, err
		}
		for _, row := range rows {
			switch {
			case row.ID != last+1:
				return count, &Broken{ID: last + 1, Reason: "the row is missing"}
			case row.PrevHash != prev:
				return count, &Broken{ID: row.ID, Reason: "it does not follow the row before it"}
			case row.Hash != Hash(row):
				return count, &Broken{ID: row.ID, Reason: "its content was changed"}
			}
			last, prev = row.ID, row.Hash
			count++
		}
	}
}
