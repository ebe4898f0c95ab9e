package app

import (
	"context"
	"errors"
	"time"

	"seaportal/internal/job"
)

// scanEvery is how often active storage is looked through: what finds changes of
// which nobody told.
const scanEvery = 5 * time.Minute

// tasks are the portal's periodic work, in the order of their first run at
// start: what a dead process left comes first, then what became due while
// nobody ran.
func (o *operations) tasks() []job.Task {
	return []job.Task{
		{Name: "settle", Every: time.Minute, AtStart: true, Run: o.settle},
		{Name: "resume", AtStart: true, Run: o.engine.Resume},
		{Name: "expire", Every: time.Minute, AtStart: true, Run: o.engine.ExpireDue},
		// After what was left is recorded, and before the long work of a start.
		{Name: "meter", Every: time.Hour, AtStart: true, Run: o.usage.Meter},
		{Name: "scan", Every: scanEvery, AtStart: true, Run: o.engine.ScanAll},
		{Name: "place", Every: time.Minute, AtStart: true, Run: o.engine.PlaceAll},
		// A wish is worked on at once by a job of its own; this finds the ones
		// whose job was lost.
		{Name: "pending", Every: 10 * time.Second, Run: o.engine.RunPending},
		{Name: "reconcile", Every: time.Hour, AtStart: true, Run: o.reconcile},
		{Name: "housekeeping", Every: time.Hour, Run: o.tidy},
	}
}

// settle finishes what was interrupted: units being enabled or disabled, and
// credential sets being issued.
func (o *operations) settle(ctx context.Context) error {
	return errors.Join(o.units.Settle(ctx), o.credentials.Settle(ctx))
}

func (o *operations) reconcile(ctx context.Context) error {
	return errors.Join(o.engine.ReconcileAll(ctx), o.credentials.Reconcile(ctx))
}

// tidy drops what nobody needs any more and no record is made of.
func (o *operations) tidy(ctx context.Context) error {
	_, err := o.sessions.Sweep(ctx)
	return err
}
