// Package receipt owns the record of who fetched which file: the fetches that
// the S3 server tells of become receipts, many requests of one client for one
// file within some minutes one of them. They are gathered in memory and written
// in bulk every few seconds, so that a GET costs no query; a crash loses what is
// younger than that. It also answers what nobody fetched.
//
// It refuses to guess: where a server tells nothing of its GETs, as Amazon S3
// does, there are only the receipts of the portal and of links. It claims a file
// to be complete only where every byte of it was handed to the network.
package receipt

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"seaportal/internal/clock"
	"seaportal/internal/store"
)

const (
	// writeEvery is how often receipts are written: what a crash may lose.
	writeEvery = 3 * time.Second
	// writeTimeout bounds one round of writing.
	writeTimeout = 30 * time.Second
	// quiet is how long a client may be silent before its next request for the
	// same file begins another receipt.
	quiet = 10 * time.Minute
	// longest is how long one receipt may go on, however busy the client is.
	longest = 24 * time.Hour
	// mostOpen bounds what is kept in memory: about 400 bytes each.
	mostOpen = 1 << 16
)

// Service keeps receipts. Get one from New; methods are safe for concurrent use.
type Service struct {
	store *store.Store
	life  clock.Clock
	log   *slog.Logger
	limit int // open receipts

	mu      sync.Mutex
	open    map[client]*entry
	pending []*entry // with news that is not written
	dropped int64    // fetches that found no room since the last write
	forgot  time.Time

	writing sync.Mutex // one round at a time
	stop    func()
	working sync.WaitGroup
}

// New makes a service. life is the clock that removals go by. Nothing is
// written until Start or Write.
func New(s *store.Store, life clock.Clock, log *slog.Logger) *Service {
	return &Service{store: s, life: life, log: log, limit: mostOpen, open: map[client]*entry{}, stop: func() {}}
}

// Start begins to write until Stop.
func (s *Service) Start(ctx context.Context) {
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.working.Go(func() { s.run(ctx) })
}

// Stop ends the writing, after what is known is written. Stop the S3 server
// before: what it tells later is lost.
func (s *Service) Stop() {
	s.stop()
	s.working.Wait()
}

func (s *Service) run(ctx context.Context) {
	ticker := time.NewTicker(writeEvery)
	defer ticker.Stop()
	for ended := false; !ended; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			ended = true
		}
		if err := s.Write(context.WithoutCancel(ctx)); err != nil {
			s.log.WarnContext(ctx, "receipts not written yet", slog.Any("error", err))
		}
	}
}
