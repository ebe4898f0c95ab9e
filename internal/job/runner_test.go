package job_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"seaportal/internal/job"
	"seaportal/internal/store"
	"seaportal/internal/store/storetest"
)

// each runs a test on SQLite and, where there is one, on PostgreSQL.
func each(t *testing.T, run func(t *testing.T, cfg job.Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, config(storetest.Open(t), ""))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		at := storetest.PostgresURL(t)
		s, err := store.Open(t.Context(), store.Config{URL: at, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		run(t, config(s, at))
	})
}

func config(s *store.Store, databaseURL string) job.Config {
	return job.Config{
		Store: s, DatabaseURL: databaseURL, Log: slog.New(slog.DiscardHandler),
		RunUnit: func(context.Context, int64) error { return nil },
	}
}

func start(t *testing.T, cfg job.Config) *job.Runner {
	t.Helper()
	r := job.New(cfg)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, r) })
	return r
}

func stop(t *testing.T, r *job.Runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// await fails the test unless something arrives soon.
func await[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(20 * time.Second):
		t.Fatalf("no %s", what)
		return *new(T)
	}
}

func TestKickRunsTheUnitWithinASecond(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cfg job.Config) {
		units := make(chan int64, 1)
		cfg.RunUnit = func(_ context.Context, unitID int64) error {
			units <- unitID
			return nil
		}
		r := start(t, cfg)
		began := time.Now()
		if err := r.Kick(t.Context(), 42); err != nil {
			t.Fatal(err)
		}
		if got := await(t, units, "run"); got != 42 {
			t.Errorf("unit %d ran", got)
		}
		if took := time.Since(began); took > 1500*time.Millisecond {
			t.Errorf("it took %s", took)
		}
	})
}

func TestTasksRunAtStartAndAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cfg job.Config) {
		runs := make(chan string, 100)
		named := func(name string) func(context.Context) error {
			return func(context.Context) error {
				runs <- name
				return errors.New("a task that fails is run again all the same")
			}
		}
		cfg.Tasks = []job.Task{
			{Name: "first", Every: time.Hour, AtStart: true, Run: named("first")},
			{Name: "second", Every: time.Second, AtStart: true, Run: named("second")},
			{Name: "third", Every: time.Hour, Run: named("third")},
		}
		r := start(t, cfg)
		for _, want := range []string{"first", "second", "second", "second"} {
			if got := await(t, runs, want); got != want {
				t.Fatalf("%s ran instead of %s", got, want)
			}
		}
		// The first three have ended: the fourth began after them.
		last := map[string]job.Run{}
		for _, run := range r.Recent() {
			last[run.Job] = run
		}
		if len(last) != 2 || last["first"].Err == nil || last["second"].Started.Before(last["first"].Started) {
			t.Errorf("remembered %+v", last)
		}
	})
}

func TestStopCancelsWhatRuns(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cfg job.Config) {
		began, ended := make(chan struct{}, 1), make(chan struct{}, 1)
		cfg.RunUnit = func(ctx context.Context, _ int64) error {
			began <- struct{}{}
			<-ctx.Done()
			ended <- struct{}{}
			return ctx.Err()
		}
		r := start(t, cfg)
		if err := r.Kick(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		await(t, began, "run")
		stop(t, r)
		select {
		case <-ended:
		default:
			t.Error("Stop returned while the job was running")
		}
	})
}

// A process that was killed leaves its jobs in the state running, for which
// River alone would wait for hours.
func TestRestartTakesUpWhatAKilledProcessRan(t *testing.T) {
	t.Parallel()
	cfg := config(storetest.Open(t), "")
	r := start(t, cfg)
	if err := r.Kick(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	stop(t, r)
	db, err := cfg.Store.SQL()
	if err != nil {
		t.Fatal(err)
	}
	leave := "UPDATE river_job SET state = 'running', attempt = 5, finalized_at = NULL, attempted_at = datetime('now') WHERE kind = 'run_unit'"
	if _, err := db.ExecContext(t.Context(), leave); err != nil {
		t.Fatal(err)
	}
	units := make(chan int64, 1)
	cfg.RunUnit = func(_ context.Context, unitID int64) error {
		units <- unitID
		return nil
	}
	start(t, cfg)
	if got := await(t, units, "second run"); got != 7 {
		t.Errorf("unit %d ran", got)
	}
}

func TestStopBeforeStartIsFine(t *testing.T) {
	t.Parallel()
	if err := job.New(job.Config{}).Stop(t.Context()); err != nil {
		t.Error(err)
	}
}
