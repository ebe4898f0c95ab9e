package job

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// tick is one turn of a periodic task.
type tick struct {
	Task string `json:"task"`
}

// Kind names the job in the database.
func (tick) Kind() string { return "tick" }

// periodic schedules a task. A turn is unique within its period, so that two
// leaders in a row make one of it; a turn that runs late or was left running
// by a dead process never keeps the next from being made.
func periodic(task Task) *river.PeriodicJob {
	turn := func() (river.JobArgs, *river.InsertOpts) {
		return tick{Task: task.Name}, &river.InsertOpts{
			Queue:       task.Name,
			MaxAttempts: 1, // the next turn is the retry
			UniqueOpts:  river.UniqueOpts{ByArgs: true, ByPeriod: task.Every},
		}
	}
	return river.NewPeriodicJob(river.PeriodicInterval(task.Every), turn, nil)
}

// tickWorker runs the tasks. Each has a queue with one worker, so that in one
// process a task never meets itself, and a long scan never delays an expiry.
type tickWorker struct {
	river.WorkerDefaults[tick]
	tasks map[string]Task
	seen  *ledger
}

// Work runs the task, but for a turn that waited so long behind another that
// a newer one waits behind it.
func (w *tickWorker) Work(ctx context.Context, job *river.Job[tick]) error {
	task, known := w.tasks[job.Args.Task]
	if !known || time.Since(job.ScheduledAt) > task.Every {
		return nil
	}
	if err := w.seen.note(ctx, task.Name, 0, task.Run); err != nil {
		return fmt.Errorf("%s: %w", task.Name, err)
	}
	return nil
}
