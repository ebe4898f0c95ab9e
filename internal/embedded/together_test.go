package embedded

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// gatedDisk is a disk whose syncs wait for their outcome.
type gatedDisk struct {
	syncs   atomic.Int64
	outcome chan error
}

func (d *gatedDisk) Sync(string) error {
	d.syncs.Add(1)
	return <-d.outcome
}

// Those who come while a sync runs may have written after it began: they share
// the next one, and its failure.
func TestWhoComesDuringASyncSharesTheNextAndItsFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &gatedDisk{outcome: make(chan error)}
		shared := newTogether(d)
		first, later := make(chan error, 1), make(chan error, 8)
		go func() { first <- shared.Sync("dir") }()
		synctest.Wait()
		for range cap(later) {
			go func() { later <- shared.Sync("dir") }()
		}
		synctest.Wait()
		if n := d.syncs.Load(); n != 1 {
			t.Errorf("%d syncs run at once at one path", n)
		}
		d.outcome <- nil
		if err := <-first; err != nil {
			t.Errorf("the one that came first: %v", err)
		}
		synctest.Wait()
		if len(later) != 0 {
			t.Error("answered by a sync that had begun before")
		}
		d.outcome <- errDisk
		for range cap(later) {
			if err := <-later; !errors.Is(err, errDisk) {
				t.Errorf("a failed sync answers %v", err)
			}
		}
		if n := d.syncs.Load(); n != 2 {
			t.Errorf("%d syncs, want 2", n)
		}
		go func() { first <- shared.Sync("dir") }()
		d.outcome <- nil
		if err := <-first; err != nil {
			t.Errorf("after a failure: %v", err)
		}
		if len(shared.queues) != 0 {
			t.Errorf("%d paths are still remembered", len(shared.queues))
		}
	})
}

func TestPathsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &gatedDisk{outcome: make(chan error)}
		shared := newTogether(d)
		done := make(chan error, 2)
		go func() { done <- shared.Sync("one") }()
		go func() { done <- shared.Sync("two") }()
		synctest.Wait()
		if n := d.syncs.Load(); n != 2 {
			t.Errorf("%d of 2 paths are synced at once", n)
		}
		d.outcome <- nil
		d.outcome <- nil
		if err := errors.Join(<-done, <-done); err != nil {
			t.Error(err)
		}
	})
}
