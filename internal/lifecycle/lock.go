package lifecycle

import (
	"context"
	"errors"
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

// try is acquire that does not wait.
func (l *keyedLock) try(key int64) (release func(), free bool) {
	slot := l.slot(key)
	select {
	case slot <- struct{}{}:
		return func() { <-slot }, true
	default:
		return nil, false
	}
}

// errBusy says that another run of the unit goes on.
var errBusy = errors.New("another run of the unit goes on")

// within runs do while no other run of the unit goes on, here or in another
// process. do's context ends when the lease is lost.
type within func(ctx context.Context, unitID int64, do func(ctx context.Context) error) error

// exclusive is within, and waits for another run to end.
func (e *Engine) exclusive(ctx context.Context, unitID int64, do func(ctx context.Context) error) error {
	release, err := e.runs.acquire(ctx, unitID)
	if err != nil {
		return err
	}
	defer release()
	if err := e.awaitLease(ctx, leaseOf(unitID)); err != nil {
		return err
	}
	return e.leased(ctx, leaseOf(unitID), do)
}

// unlessBusy is within, and errBusy where another run goes on.
func (e *Engine) unlessBusy(ctx context.Context, unitID int64, do func(ctx context.Context) error) error {
	release, free := e.runs.try(unitID)
	if !free {
		return errBusy
	}
	defer release()
	ours, err := e.takeLease(ctx, leaseOf(unitID))
	if err != nil {
		return err
	}
	if !ours {
		return errBusy
	}
	return e.leased(ctx, leaseOf(unitID), do)
}

func leaseOf(unitID int64) string { return fmt.Sprintf("unit/%d", unitID) }

// leased runs do while it keeps a lease that is ours, and gives it back.
func (e *Engine) leased(ctx context.Context, name string, do func(ctx context.Context) error) error {
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
		ours, err := e.takeLease(ctx, name)
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

// takeLease takes or prolongs a lease, unless somebody else has it.
func (e *Engine) takeLease(ctx context.Context, name string) (ours bool, err error) {
	now := time.Now().UTC()
	return e.Store.AcquireLease(ctx, name, e.owner, now, now.Add(leaseTime))
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
		ours, err := e.takeLease(ctx, name)
		if ctx.Err() == nil && (err != nil || !ours) {
			e.Log.WarnContext(ctx, "lease lost", slog.String("lease", name), slog.Any("error", err))
			lost()
			return
		}
	}
}
