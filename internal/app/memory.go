package app

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	trimEvery = 10 * time.Second
	// trimAbove is how much free heap is worth a collection, in bytes. Hashing
	// one password leaves more than that.
	trimAbove = 12 << 20
	freeHeap  = "/memory/classes/heap/free:bytes"
)

// startTrim gives memory back that a burst of work took: the runtime alone
// keeps it for minutes, where an idle portal needs a fraction of it. Under
// load the heap is in use, not free, and nothing is done.
func (a *App) startTrim(ctx context.Context) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	a.later(func(context.Context) error {
		cancel()
		<-done
		return nil
	})
	go func() {
		defer close(done)
		tick := time.NewTicker(trimEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				trim()
			case <-ctx.Done():
				return
			}
		}
	}()
	return nil
}

func trim() {
	sample := []metrics.Sample{{Name: freeHeap}}
	metrics.Read(sample)
	if sample[0].Value.Kind() == metrics.KindUint64 && sample[0].Value.Uint64() > trimAbove {
		debug.FreeOSMemory()
	}
}
