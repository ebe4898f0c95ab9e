package lifecycle

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// keyedLock is a lock for each unit that gives up when the context ends.
type keyedLock struct {
	mu    sync.Mutex
	slots map[int64]chan struct{}
}

func (l *keyedLock) slot(key int64) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.slots == nil {
		l.slots = make(map[int64]chan struct{})
	}
	if l.slots[key] == nil {
		l.slots[key] = make(chan struct{}, 1)
	}
	return l.slots[key]
}

// acquire waits for the key's lock and gives what releases it.
func (l *keyedLock) acquire(ctx context.Context, key int64) (func(), error) {
	slot := l.slot(key)
	select {
	case slot <- struct{}{}:
		return func() { <-slot }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// exclusive runs do while no other run of the unit goes on, here or in another
// process. do's context ends when the lease is lost.
func (e *Engine) exclusive(ctx context.Context, unitID int64, do func(ctx context.Context) error) error {
	release, err := e.runs.acquire(ctx, unitID)
	if err != nil {
		return err
	}
	defer release()
	name := fmt.Sprintf("unit/%d", unitID)
	if err := e.awaitLease(ctx, name); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		e.keepLease(ctx, name, cancel)
	}()
	defer func() {
		cancel()
		<-kept
		if err := e.Store.ReleaseLease(context.WithoutCancel(ctx), name, e.owner); err != nil {
			e.Log.WarnContext(ctx, "lease not released", slog.String("lease", name), slog.Any("error", err))
		}
	}()
	return do(ctx)
}

// awaitLease asks for the lease until it is ours or the context ends.
func (e *Engine) awaitLease(ctx context.Context, name string) error {
	retry := time.NewTicker(leaseTime / 100)
	defer retry.Stop()
	for {
		now := time.Now().UTC()
		ours, err := e.Store.AcquireLease(ctx, name, e.owner, now, now.Add(leaseTime))
		if err != nil || ours {
			return err
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// keepLease prolongs the lease until the context ends, and ends it when the
// lease could not be kept.
func (e *Engine) keepLease(ctx context.Context, name string, lost func()) {
	renew := time.NewTicker(leaseTime / 3)
	defer renew.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-renew.C:
		}
		now := time.Now().UTC()
		ours, err := e.Store.AcquireLease(ctx, name, e.owner, now, now.Add(leaseTime))
		if ctx.Err() == nil && (err != nil || !ours) {
			e.Log.WarnContext(ctx, "lease lost", slog.String("lease", name), slog.Any("error", err))
			lost()
			return
		}
	}
}
