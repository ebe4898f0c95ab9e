// Package history owns the append-only audit log: what a row holds, how rows
// are chained by their hashes, and the check of the chain. Rows are appended
// in the transaction of the change that they tell of, never changed, never
// deleted.
package history

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"seaportal/internal/store"
	"seaportal/models"
)

// Event is one change, as the operation that made it tells it. Action is a
// dotted name such as "credentials.regenerated"; Summary is one English
// sentence without a full stop, for people; Details are for machines and never
// hold a secret.
type Event struct {
	By         models.Actor
	UnitID     int64
	Action     string
	ObjectKind string
	ObjectID   int64
	Summary    string
	Details    map[string]any
}

// Record appends events to the log. Call it last in the transaction of the
// change: on PostgreSQL it holds a lock until the transaction ends.
func Record(ctx context.Context, tx *store.Store, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	id, prev, err := tx.HistoryHead(ctx)
	if err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	rows := make([]models.History, 0, len(events))
	for _, event := range events {
		row, err := event.row(now)
		if err != nil {
			return err
		}
		id++
		row.ID, row.PrevHash = id, prev
		row.Hash = Hash(row)
		prev = row.Hash
		rows = append(rows, row)
	}
	return tx.AppendHistory(ctx, rows)
}

func (e Event) row(now time.Time) (models.History, error) {
	details, err := json.Marshal(e.Details)
	if err != nil {
		return models.History{}, fmt.Errorf("encode details of %s: %w", e.Action, err)
	}
	return models.History{
		UnitID: e.UnitID, At: now,
		ActorKind: e.By.Kind, ActorID: e.By.ID, ActorName: e.By.Name, Address: e.By.Address,
		Action: e.Action, ObjectKind: e.ObjectKind, ObjectID: e.ObjectID,
		Summary: e.Summary, Details: string(details),
	}, nil
}

// Hash gives a row's hash: hexadecimal SHA-256 over the row as a JSON array,
// its own hash left out, the hash of the row before it included.
func Hash(row models.History) string {
	fields := []any{
		row.PrevHash, row.ID, row.UnitID, row.At.UTC().Format(time.RFC3339Nano), row.ActorKind, row.ActorID,
		row.ActorName, row.Address, row.Action, row.ObjectKind, row.ObjectID, row.Summary, row.Details,
	}
	// Texts and numbers always encode.
	text, _ := json.Marshal(fields) //nolint:errchkjson // see above
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
