// Package lifecycle owns what happens to files: the scan of active storage,
// the claim by a rule, the placing in SEA, the removal, and the reconciliation
// with what S3 really holds. The database is the truth and decides; S3 is asked
// between transactions, never inside one. Every step can be repeated: killed at
// any instant, the next run continues.
package lifecycle

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/objects"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	defaultConcurrency = 16
	leaseTime          = 30 * time.Second
	// batch is how many files are looked at, or how many placements are tried
	// again or removed, before what came of it is recorded in one transaction.
	batch = 256
)

// Config is what an Engine works with.
type Config struct {
	Store   *store.Store
	Objects *objects.Client
	Keys    Keys
	Clock   clock.Clock
	Log     *slog.Logger
	// Concurrency is how many S3 requests of one unit are in flight; 16 if 0.
	Concurrency int
	// MaxSegment is how many bytes a key may have between two slashes on the
	// S3 server; 0 if it sets no limit.
	MaxSegment int
	// Backstop says that S3 deletes what is marked for it, some days after the
	// portal would: copies are then marked, and a hold takes the mark off.
	Backstop bool
	// Alone says that no other process works on this database, so that what a
	// dead process left can be taken over at once.
	Alone bool
	// Kick wakes the job queue after a wish for a run. It may be nil: then the
	// wish waits for the next periodic look.
	Kick func(unitID int64)
}

// Keys knows the KMS key that a unit's files are to be encrypted with; an empty
// one leaves that to S3.
type Keys interface {
	Current(ctx context.Context, unit models.BusinessUnit) (arn string, err error)
}

// Engine runs the life cycle of every unit. It is safe for concurrent use; one
// unit's run never overlaps another run of the same unit, in this process or
// another.
type Engine struct {
	Config

	owner     string
	runs      keyedLock
	catalogue keyedLock
	scans     owed
	resumed   places
	events    chan Event
	missed    chan struct{}
	pokes     pokes
	stop      func()
	working   sync.WaitGroup
}

// New makes an engine. Nothing runs until a method is called.
func New(cfg Config) *Engine {
	if cfg.Concurrency == 0 {
		cfg.Concurrency = defaultConcurrency
	}
	return &Engine{
		Config: cfg,
		owner:  rand.Text(),
		events: make(chan Event, eventBuffer),
		missed: make(chan struct{}, 1),
		stop:   func() {},
	}
}

// newSlots makes a slot for each S3 request that one piece of work may have in
// flight.
func (e *Engine) newSlots() chan struct{} { return make(chan struct{}, e.Concurrency) }
