package embedded

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

func TestAKeyHasOneHolderAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	locks := newKeyLocks()
	holders := map[string]*atomic.Int32{"a": {}, "b": {}, "c": {}}
	sets := [][]string{{"a"}, {"b", "a"}, {"a", "b"}, {"c", "b", "b"}, {"b", "c", "a"}}
	var wg sync.WaitGroup
	for worker := range 20 {
		wg.Go(func() {
			for i := range 100 {
				names := sets[(worker+i)%len(sets)]
				unlock, err := locks.lock(t.Context(), names...)
				if err != nil {
					t.Error(err)
					return
				}
				for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
					if holders[name].Add(1) != 1 {
						t.Errorf("two hold %s", name)
					}
					runtime.Gosched()
					holders[name].Add(-1)
				}
				unlock()
			}
		})
	}
	wg.Wait()
	if len(locks.held) != 0 {
		t.Errorf("left: %v", locks.held)
	}
}

func TestWaitingForAKeyEndsWithTheContext(t *testing.T) {
	t.Parallel()
	locks := newKeyLocks()
	unlock, err := locks.lock(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := locks.lock(ctx, "a", "b"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	unlock()
	again, err := locks.lock(t.Context(), "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	again()
	if len(locks.held) != 0 {
		t.Errorf("left: %v", locks.held)
	}
}
