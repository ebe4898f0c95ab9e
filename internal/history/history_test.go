package history_test

import (
	"errors"
	"sync"
	"testing"

	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
	"seaportal/models"
)

func record(t *testing.T, s *store.Store, action string) {
	t.Helper()
	err := s.Tx(t.Context(), func(tx *store.Store) error {
		return history.Record(t.Context(), tx,
			history.Event{By: models.System, UnitID: 1, Action: action, Summary: "Something <b>happened</b>\n"},
			history.Event{By: models.CLI, Action: action, Details: map[string]any{"n": 1.5, "key": "a\x01b"}})
	})
	if err != nil {
		t.Error(err)
	}
}

func TestConcurrentAppendsMakeOneChain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { record(t, s, "test.done") })
		}
		all.Wait()
		count, err := history.Verify(t.Context(), s)
		if err != nil || count != 40 {
			t.Errorf("verified %d rows, %v", count, err)
		}
	})
}

func TestAppendIsUndoneWithItsTransaction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		record(t, s, "kept")
		undo := errors.New("undo")
		err := s.Tx(t.Context(), func(tx *store.Store) error {
			return errors.Join(history.Record(t.Context(), tx, history.Event{By: models.System, Action: "gone"}), undo)
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
		record(t, s, "kept")
		if count, err := history.Verify(t.Context(), s); err != nil || count != 4 {
			t.Errorf("verified %d rows, %v", count, err)
		}
	})
}

func TestVerifyFindsTheRowThatWasChanged(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]string{
		"content": "UPDATE history SET summary = 'nothing happened' WHERE id = 3",
		"missing": "DELETE FROM history WHERE id = 3",
		"swapped": "UPDATE history SET prev_hash = hash WHERE id = 3",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.Open(t)
			record(t, s, "a")
			record(t, s, "b")
			db, err := s.SQL()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), tamper); err != nil {
				t.Fatal(err)
			}
			count, err := history.Verify(t.Context(), s)
			var broken *history.Broken
			if !errors.As(err, &broken) || broken.ID != 3 || count != 2 {
				t.Errorf("verified %d rows, %v", count, err)
			}
		})
	}
}
