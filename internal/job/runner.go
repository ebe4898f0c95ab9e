// Package job owns when background work runs: periodic tasks and runs of one
// unit, on River, in the portal's own database. It knows nothing of what a
// task does, and refuses to be the record of anything: tasks are coarse and
// idempotent, the tables that they work on are the truth, and a tick that is
// lost costs one interval.
package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"seaportal/internal/store"
)

const (
	// A tick may list ten million objects, so that River's one minute would
	// stop a scan that can only begin again. Whatever runs longer is stuck.
	jobTimeout = 6 * time.Hour
	// River demands more than jobTimeout. Nobody waits for a rescue: on SQLite
	// the jobs of a dead process are put back at start, and on PostgreSQL the
	// next period's tick is a job of its own that does not count them.
	rescueAfter = 7 * time.Hour
	// keepFinished bounds the table: a tick of ten seconds is 360 rows an hour.
	keepFinished = time.Hour
	// SQLite is asked for jobs, since its notifications are a table that River
	// would read twenty times a second. PostgreSQL tells.
	runPoll  = 250 * time.Millisecond
	taskPoll = 2 * time.Second
)

// Task is one piece of work that nobody asks for. Its Run must return soon
// after its context ends, and must bear being run twice at once by two
// processes.
type Task struct {
	Name    string        // of its queue too: letters, digits and _
	Every   time.Duration // at least a second; 0 where it runs at start only
	AtStart bool          // also run directly when the process starts
	Run     func(context.Context) error
}

// Config is what a Runner needs.
type Config struct {
	Store       *store.Store
	DatabaseURL string // the store's own, for River's pool on PostgreSQL
	Log         *slog.Logger
	// Tasks run in this order at start, and independently afterwards.
	Tasks []Task
	// RunUnit scans one unit and places what is due.
	RunUnit func(ctx context.Context, unitID int64) error
}

// Runner runs tasks until it is stopped. Get one from New.
type Runner struct {
	cfg    Config
	queue  queue
	cancel context.CancelFunc
	work   sync.WaitGroup // tasks at start
	seen   ledger
}

// New prepares a Runner. Nothing runs before Start.
func New(cfg Config) *Runner { return &Runner{cfg: cfg} }

// Recent gives the last run of each task and of each unit that this process
// has seen, newest first.
func (r *Runner) Recent() []Run { return r.seen.recent() }

// Start migrates River's tables, takes up what a dead process left, and
// returns once jobs are being fetched. The tasks that run at start go on after
// it returned: they wait for no leader. Values of ctx reach every job; its end
// does not stop them, Stop does.
func (r *Runner) Start(ctx context.Context) error {
	settings, err := r.settings()
	if err != nil {
		return err
	}
	r.queue, err = openQueue(ctx, r.cfg, settings)
	if err != nil {
		return fmt.Errorf("open job queue: %w", err)
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r.cancel = cancel
	if err := r.queue.Start(running); err != nil {
		cancel()
		return errors.Join(fmt.Errorf("start job queue: %w", err), r.queue.close())
	}
	r.work.Go(func() { r.runAtStart(running) })
	return nil
}

// Stop cancels what runs and returns when all of it has ended, or ctx has. A
// Runner that never started is stopped already.
func (r *Runner) Stop(ctx context.Context) error {
	if r.cancel == nil {
		return nil
	}
	r.cancel()
	r.cancel = nil
	err := errors.Join(r.queue.StopAndCancel(ctx), r.await(ctx))
	return errors.Join(err, r.queue.close())
}

// await waits for what was run at start.
func (r *Runner) await(ctx context.Context) error {
	ended := make(chan struct{})
	go func() {
		r.work.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for jobs: %w", ctx.Err())
	}
}

// Kick asks for a run of one unit now. Whoever calls it has made the wish
// durable before: a kick that is lost is made up for by the pending task.
func (r *Runner) Kick(ctx context.Context, unitID int64) error {
	if _, err := r.queue.Insert(ctx, runUnit{UnitID: unitID}, nil); err != nil {
		return fmt.Errorf("ask for a run of unit %d: %w", unitID, err)
	}
	return nil
}

func (r *Runner) runAtStart(ctx context.Context) {
	for _, task := range r.cfg.Tasks {
		if !task.AtStart {
			continue
		}
		if err := r.seen.note(ctx, task.Name, 0, task.Run); err != nil && ctx.Err() == nil {
			r.cfg.Log.ErrorContext(ctx, "job failed", slog.String("job", task.Name), slog.Any("error", err))
		}
	}
}

func (r *Runner) settings() (*river.Config, error) {
	workers := river.NewWorkers()
	settings := &river.Config{
		CompletedJobRetentionPeriod: keepFinished,
		ErrorHandler:                reporter{log: r.cfg.Log},
		FetchPollInterval:           taskPoll,
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		Logger:                      slog.New(quiet{r.cfg.Log.Handler()}),
		PollOnly:                    r.cfg.Store.Dialect() == store.SQLite,
		Queues:                      map[string]river.QueueConfig{runQueue: {MaxWorkers: runWorkers, FetchPollInterval: runPoll}},
		Workers:                     workers,
	}
	ticks := tickWorker{tasks: map[string]Task{}, seen: &r.seen}
	for _, task := range r.cfg.Tasks {
		if task.Every == 0 {
			continue
		}
		ticks.tasks[task.Name] = task
		settings.Queues[task.Name] = river.QueueConfig{MaxWorkers: 1}
		settings.PeriodicJobs = append(settings.PeriodicJobs, periodic(task))
	}
	return settings, errors.Join(
		river.AddWorkerSafely(workers, &ticks),
		river.AddWorkerSafely(workers, &runUnitWorker{run: r.cfg.RunUnit, seen: &r.seen}))
}
