package app

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"seaportal/internal/account"
	"seaportal/internal/businessunit"
	"seaportal/internal/clock"
	"seaportal/internal/config"
	"seaportal/internal/credential"
	"seaportal/internal/job"
	"seaportal/internal/keys"
	"seaportal/internal/lifecycle"
	"seaportal/internal/link"
	"seaportal/internal/manifest"
	"seaportal/internal/objects"
	"seaportal/internal/receipt"
	"seaportal/internal/rulebook"
	"seaportal/internal/session"
	"seaportal/internal/store"
	"seaportal/internal/usage"
	"seaportal/models"
)

// kickTime bounds one insert into the job queue.
const kickTime = 5 * time.Second

// operations are what people and jobs do.
type operations struct {
	store       *store.Store
	accounts    *account.Service
	sessions    *session.Store
	credentials *credential.Service
	bundles     *credential.Bundles
	units       *businessunit.Service
	rules       *rulebook.Service
	links       *link.Service
	engine      *lifecycle.Engine
	usage       *usage.Service
	receipts    *receipt.Service // since the storage was opened
	manifests   *manifest.Service
	keys        *keys.Service

	observer atomic.Pointer[lifecycle.Engine] // set once the engine works on events
}

// makeOperations connects the operations with the storage and the database.
// Only the life cycle's clock can be moved; sessions, signatures and leases go
// by real time.
func (a *App) makeOperations(context.Context) (err error) {
	o, life := &a.operations, clock.Shifted(a.cfg.ClockOffset)
	o.store = a.at.store
	if o.accounts, err = account.New(o.store); err != nil {
		return err
	}
	o.sessions = session.New(o.store, a.secure())
	o.keys = &keys.Service{Store: o.store, KMS: a.storage.kms, Region: a.storage.region, OneKey: a.storage.oneKey, Keeper: a.storage.keeper, Clock: life}
	var named func(context.Context, models.BusinessUnit) ([]string, error)
	if a.storage.permits {
		named = o.keys.Granted
	}
	o.credentials = credential.New(credential.Config{
		Keys: named, Store: o.store, IAM: a.storage.iam, S3: a.storage.as, Own: a.storage.s3, Log: a.opts.Log,
		Endpoint: a.storage.public, Region: a.storage.region, ProofInterval: a.storage.proofInterval,
	})
	o.bundles = credential.NewBundles(o.store, a.at.keys, a.storage.public, a.storage.region)
	o.keys.Permit = o.credentials.PermitKey
	o.units = &businessunit.Service{
		Store: o.store, Access: o.credentials, Keys: o.keys, Clock: life,
		ActiveBucket: a.storage.active, SEABucket: a.storage.sea, Region: a.storage.region,
	}
	o.links = &link.Service{Store: o.store, Objects: objects.New(a.storage.signer), Source: a.storage.objects(), Told: a.storage.tells, Clock: life}
	o.manifests = &manifest.Service{Store: o.store, Keys: a.at.keys, Portal: publicURL(a.cfg.PublicURL, "")}
	o.usage = &usage.Service{Store: o.store, Clock: life}
	o.rules = &rulebook.Service{Store: o.store, Clock: life, Rate: o.rate}
	o.engine = lifecycle.New(lifecycle.Config{
		Store: o.store, Objects: a.storage.objects(), Keys: o.keys, Clock: life, Log: a.opts.Log,
		MaxSegment: a.storage.maxSegment, Backstop: a.storage.backstop, Alone: a.alone(), Kick: a.kick,
	})
	a.jobs = job.New(job.Config{
		Store: o.store, DatabaseURL: a.cfg.DatabaseURL(), Log: a.opts.Log, Tasks: o.tasks(),
		RunUnit: func(ctx context.Context, unitID int64) error {
			_, err := o.engine.RunUnit(ctx, unitID)
			return err
		},
	})
	return nil
}

// kick wakes the job queue for a wish that is durable already: where the queue
// does not take it, the task "pending" finds it.
func (a *App) kick(unitID int64) {
	ctx, cancel := context.WithTimeout(context.Background(), kickTime)
	defer cancel()
	if err := a.jobs.Kick(ctx, unitID); err != nil {
		a.opts.Log.WarnContext(ctx, "run delayed", slog.Int64("unit", unitID), slog.Any("error", err))
	}
}

// alone tells whether no other process can work on the database: a file in the
// data directory, which is locked.
func (a *App) alone() bool { return a.at.store.Dialect() == store.SQLite }

// secure tells whether browsers reach the portal by TLS only.
func (a *App) secure() bool { return a.cfg.SecureURL() }

// strictTransport tells whether browsers are to use TLS only from now on. Not
// for a certificate of the local authority: it is for trials, often on
// localhost, where other programs speak plain HTTP.
func (a *App) strictTransport() bool { return a.secure() && a.cfg.TLS.Way() != config.Auto }
