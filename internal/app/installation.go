package app

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seaportal/handlers"
	"seaportal/internal/fault"
	"seaportal/internal/job"
	"seaportal/internal/store"
)

// lowSpace is when the data directory's disk is called full, in bytes.
const lowSpace = 1 << 30

// Version is what the build recorded of itself.
func Version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok || build.Main.Version == "" {
		return "unknown"
	}
	return build.Main.Version
}

// installation is what the portal knows of itself.
func (a *App) installation() handlers.Installation {
	return handlers.Installation{
		Version: Version(), Capabilities: a.storage.can, Checks: a.checks, Runs: a.runs, TryRights: a.storage.tryRights,
	}
}

// checks look at what the portal stands on, as it is now.
func (a *App) checks(ctx context.Context) []handlers.Check {
	checks := []handlers.Check{a.checkDatabase(ctx), a.checkStorage(ctx), a.checkSpace(), a.checkListeners(), a.checkMasterKey()}
	return slices.Concat(checks, a.checkCertificates(), a.checkNews(), a.storage.checks)
}

func (a *App) checkDatabase(ctx context.Context) handlers.Check {
	c := handlers.Check{Name: "Database", Value: "SQLite in the data directory", Well: true}
	if a.at.store.Dialect() == store.Postgres {
		c.Value = "PostgreSQL"
	}
	if a.at.store.Ping(ctx) != nil {
		c.Well, c.Fix = false, "The database does not answer. See the log."
	}
	return c
}

func (a *App) checkStorage(ctx context.Context) handlers.Check {
	c := handlers.Check{Name: "S3 endpoint", Value: a.storage.public, Well: true}
	if _, err := a.storage.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &a.storage.sea}); err != nil {
		c.Well, c.Fix = false, "S3 does not answer for the bucket "+a.storage.sea+". See the log."
	}
	return c
}

func (a *App) checkSpace() handlers.Check {
	c := handlers.Check{Name: "Free space for data"}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(a.at.dir, &disk); err != nil {
		c.Fix = "The data directory cannot be read. See its permissions."
		return c
	}
	free := disk.Bavail * uint64(disk.Bsize) //nolint:gosec // a block size is never negative
	c.Value, c.Well = fmt.Sprintf("%.1f GB", float64(free)/1e9), free >= lowSpace
	if !c.Well {
		c.Fix = "Make room on the disk of the data directory."
	}
	return c
}

func (a *App) checkListeners() handlers.Check {
	c := handlers.Check{Name: "Encryption in transit", Value: "TLS 1.2 and above", Well: true}
	switch {
	case a.cfg.Secure():
	case a.cfg.InsecureListen:
		c.Value = "left to a proxy in front"
	default:
		c.Value = "none: only this machine can connect"
	}
	return c
}

func (a *App) checkMasterKey() handlers.Check {
	state := a.at.keys.State()
	c := handlers.Check{Name: "Master key", Value: state.Master + ", since " + state.Since.UTC().Format(time.DateOnly), Well: true}
	if state.Master == "" {
		c.Value = "seals by itself, as in earlier versions: seaportal keys rotate puts a sealing key below it"
	}
	switch {
	case state.Err != nil:
		c.Well, c.Fix = false, "The keys were rotated, and this portal cannot open the new one. Give it the new master key, then restart it. The log says more."
	case state.Rotating:
		c.Well, c.Fix = false, "A rotation of the keys is under way, or was cut short. Run seaportal keys rotate: it goes on from there."
	}
	return c
}

// runs are the last runs of periodic work.
func (a *App) runs(ctx context.Context) ([]handlers.Run, error) {
	units, err := a.operations.store.Units(ctx)
	if err != nil {
		return nil, err
	}
	slugs := make(map[int64]string, len(units))
	for _, unit := range units {
		slugs[unit.ID] = unit.Slug
	}
	recent := a.jobs.Recent()
	shown := make([]handlers.Run, len(recent))
	for i, run := range recent {
		shown[i] = handlers.Run{
			Job: run.Job, Unit: slugs[run.UnitID], Started: run.Started, Took: run.Took,
			Result: outcome(run), Failed: run.Err != nil,
		}
	}
	return shown, nil
}

func outcome(run job.Run) string {
	if run.Err != nil {
		return fault.Message(run.Err) + " The log says more."
	}
	return "Done"
}
