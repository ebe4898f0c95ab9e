package keyring

import (
	"context"
	"errors"
	"fmt"
	"os"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

// resealBatch is how many secrets are resealed in one transaction: few enough
// that nobody who writes waits long.
const resealBatch = 200

// Rotated is what a rotation did.
type Rotated struct {
	Master   string // the name of the master key that wraps from now on
	Before   string // of the one that did before, which may be the same
	Secrets  int    // how many were resealed
	Finished bool   // it finished a rotation that was cut short
}

// Rotate makes a new sealing key under the first master key, seals every secret
// under it, and deletes the old one: then the old master key, and a copy of the
// old sealing key, open nothing in this database. Where the master key is the
// file, it is drawn anew. Portals may be serving; they follow within a second.
//
// It may be cut short at any moment, and loses nothing: the next call finishes
// what was begun. Who runs the portal may call it. Its error is one line for the
// operator.
func Rotate(ctx context.Context, cfg Config, by models.Actor) (done Rotated, err error) {
	unlock, err := cfg.file().lock()
	if err != nil {
		return Rotated{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	ring, err := New(ctx, cfg)
	if err != nil {
		return Rotated{}, err
	}
	if done.Finished, err = ring.cutShort(ctx); err != nil {
		return done, err
	}
	done.Before = ring.held.Load().current.Master
	if !done.Finished {
		if err := ring.replace(ctx); err != nil {
			return done, err
		}
	}
	done.Master = ring.held.Load().current.Master
	return done, ring.finish(ctx, by, &done)
}

// cutShort tells whether a rotation has made its sealing key, but did not get to
// its end.
func (r *Ring) cutShort(ctx context.Context) (bool, error) {
	held := r.held.Load()
	if len(held.stored) > 1 {
		return true, nil
	}
	masters, err := r.cfg.masters(ctx, false)
	if err != nil {
		return false, err
	}
	lines, err := r.cfg.file().lines()
	return len(lines) > 1 && masters[0].raw != nil && masters[0].name == held.current.Master, err
}

// replace makes another sealing key seal from now on.
func (r *Ring) replace(ctx context.Context) error {
	wraps, err := r.nextMaster(ctx)
	if err != nil {
		return err
	}
	next, err := wraps.newKey(ctx)
	if err != nil {
		return err
	}
	err = r.cfg.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.RetireSealingKey(ctx, r.held.Load().current.ID); err != nil {
			return err
		}
		return tx.InsertSealingKey(ctx, next)
	})
	if errors.Is(err, store.ErrStale) || fault.Is(err, fault.Conflict) {
		return errors.New("another process rotates the keys of this database: let it finish")
	}
	if err != nil {
		return err
	}
	return r.refresh(ctx)
}

// nextMaster gives the master key that is to wrap. Where it is the file, a new
// one stands before the old one before anything is wrapped by it.
func (r *Ring) nextMaster(ctx context.Context) (master, error) {
	masters, err := r.cfg.masters(ctx, false)
	if err != nil {
		return master{}, err
	}
	lines, err := r.cfg.file().lines()
	if err != nil {
		return master{}, err
	}
	if len(lines) != 1 || !r.cfg.wrapsByFile(ctx, masters[0], lines[0]) {
		return masters[0], nil
	}
	fresh, err := draw()
	if err != nil {
		return master{}, err
	}
	if err := r.cfg.file().write(os.Rename, fresh, lines[0]); err != nil {
		return master{}, err
	}
	return parse(ctx, fresh)
}

// wrapsByFile tells whether a master key is the one of a line.
func (c Config) wrapsByFile(ctx context.Context, m master, line string) bool {
	inLine, err := parse(ctx, line)
	return err == nil && inLine.name == m.name
}

// finish reseals what is under old keys, deletes these, and lets the old master
// key go.
func (r *Ring) finish(ctx context.Context, by models.Actor, done *Rotated) error {
	for deleted := false; !deleted; {
		for _, column := range models.SealedColumns {
			count, err := r.reseal(ctx, column)
			done.Secrets += count
			if err != nil {
				return err
			}
		}
		err := r.cfg.Store.Tx(ctx, func(tx *store.Store) error { return r.forget(ctx, tx, by, *done) })
		if err != nil && !fault.Is(err, fault.Conflict) { // else something was sealed meanwhile
			return err
		}
		deleted = err == nil
	}
	lines, err := r.cfg.file().lines()
	if err != nil || len(lines) < 2 {
		return err
	}
	return r.cfg.file().write(os.Rename, lines[0])
}

// forget deletes the old keys, and records it.
func (r *Ring) forget(ctx context.Context, tx *store.Store, by models.Actor, done Rotated) error {
	count, err := tx.DeleteRetiredSealingKeys(ctx)
	if err != nil || count == 0 {
		return err
	}
	return history.Record(ctx, tx, history.Event{
		By: by, Action: "master_key.rotated", ObjectKind: "master_key", Summary: "Sealed the secrets in the database anew, under the master key " + done.Master,
		Details: map[string]any{"master": done.Master, "before": done.Before, "sealing_key": r.held.Load().current.ID},
	})
}

// reseal seals every secret of a column under the current key.
func (r *Ring) reseal(ctx context.Context, column models.SealedColumn) (count int, err error) {
	current, _ := r.Current()
	for {
		rows, err := r.cfg.Store.SealedByOthers(ctx, column, current, resealBatch)
		if err != nil || len(rows) == 0 {
			return count, err
		}
		secrets := make([]sealed.Secret, len(rows))
		for i, row := range rows {
			if secrets[i], err = r.resealed(ctx, row, column.Context(row.ID)); err != nil {
				return count, fmt.Errorf("the secret %s of %s cannot be opened, so the old keys stay: %w", row.ID, column.Table, err)
			}
		}
		err = r.cfg.Store.Tx(ctx, func(tx *store.Store) error {
			for i, row := range rows {
				if err := tx.Reseal(ctx, column, row, secrets[i], current); err != nil && !errors.Is(err, store.ErrStale) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return count, err
		}
		count += len(rows)
	}
}

func (r *Ring) resealed(ctx context.Context, row store.SealedRow, context string) (sealed.Secret, error) {
	plain, err := r.Open(ctx, row.Secret, row.SealedBy, context)
	if err != nil {
		return sealed.Secret{}, err
	}
	return r.held.Load().current.Seal(plain, context)
}

// lost makes nothing of having lost a race that any winner decides well.
func lost(err error) error {
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}
