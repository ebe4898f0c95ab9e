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
	unlock, err := cfg.lock(ctx)
	if err != nil {
		return Rotated{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := cfg.file().clear(); err != nil {
		return Rotated{}, fmt.Errorf("tidy up beside the master key: %w", err)
	}
	ring := &Ring{cfg: cfg}
	err = ring.refresh(ctx)
	if errors.Is(err, errNone) {
		return Rotated{}, errors.New("there is nothing to rotate: no secret was ever sealed in this database")
	}
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
	if held.rows > 1 {
		return true, nil
	}
	lines, err := r.cfg.file().lines()
	if err != nil || len(lines) < 2 || r.cfg.words()[0] != inFile {
		return false, err
	}
	first, err := parse(ctx, lines[0])
	return first.name == held.current.Master, err
}

// replace makes another sealing key seal from now on, if the present one opens
// what is sealed under it.
func (r *Ring) replace(ctx context.Context) error {
	current := r.held.Load().current
	if err := r.cfg.opensOne(ctx, current.ID, current.Key); err != nil {
		return fmt.Errorf("a secret cannot be opened with the master key at hand, so nothing was changed: %w", err)
	}
	wraps, err := r.nextMaster(ctx)
	if err != nil {
		return err
	}
	next, err := wraps.newKey(ctx)
	if err != nil {
		return err
	}
	err = r.cfg.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.RetireSealingKey(ctx, current.ID); err != nil {
			return err
		}
		return tx.InsertSealingKey(ctx, next)
	})
	if errors.Is(err, store.ErrStale) || fault.Is(err, fault.Conflict) {
		return store.ErrRotating
	}
	if err != nil {
		return err
	}
	return r.refresh(ctx)
}

// nextMaster gives the master key that is to wrap. Where it is the file, a new
// one stands before the old one before anything is wrapped by it.
func (r *Ring) nextMaster(ctx context.Context) (master, error) {
	if r.cfg.words()[0] != inFile {
		masters, err := r.cfg.masters(ctx, false)
		if err != nil {
			return master{}, err
		}
		return masters[0], nil
	}
	lines, err := r.cfg.file().lines()
	if err == nil && len(lines) == 0 {
		lines, err = r.cfg.file().begin() // until now the variable had the key
	}
	if err != nil {
		return master{}, err
	}
	first, err := parse(ctx, lines[0])
	if err != nil {
		return master{}, fmt.Errorf("%s: %w", r.cfg.file(), err)
	}
	current := r.held.Load().current
	if first.name != current.Master && (current.Master != "" || len(lines) > 1) {
		return first, nil // nothing is wrapped by it yet
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

// finish reseals what is under old keys, deletes these, and lets the old master
// key go.
func (r *Ring) finish(ctx context.Context, by models.Actor, done *Rotated) error {
	current := r.held.Load().current
	for deleted := false; !deleted; {
		for _, column := range models.SealedColumns {
			count, err := r.reseal(ctx, column, current)
			done.Secrets += count
			if err != nil {
				return err
			}
		}
		err := r.cfg.Store.Tx(ctx, func(tx *store.Store) error { return forget(ctx, tx, by, current, *done) })
		if err != nil && !fault.Is(err, fault.Conflict) { // else something was sealed meanwhile
			return err
		}
		deleted = err == nil
	}
	if err := r.cfg.Store.ScrubSecrets(ctx); err != nil {
		return fmt.Errorf("the keys are rotated, but the database could not be tidied up of the old ones: run the command again: %w", err)
	}
	lines, err := r.cfg.file().lines()
	if err != nil || len(lines) < 2 {
		return err
	}
	return r.cfg.file().write(os.Rename, lines[0])
}

// forget deletes the old keys, and records it.
func forget(ctx context.Context, tx *store.Store, by models.Actor, current key, done Rotated) error {
	if err := stillCurrent(ctx, tx, current); err != nil {
		return err
	}
	count, err := tx.DeleteRetiredSealingKeys(ctx)
	if err != nil || count == 0 {
		return err
	}
	return history.Record(ctx, tx, history.Event{
		By: by, Action: "master_key.rotated", ObjectKind: "master_key", Summary: "Sealed the secrets in the database anew, under the master key " + done.Master,
		Details: map[string]any{"master": done.Master, "before": done.Before, "sealing_key": current.ID},
	})
}

// stillCurrent sees to it that another process has not gone further meanwhile.
func stillCurrent(ctx context.Context, tx *store.Store, current key) error {
	rows, err := tx.SealingKeys(ctx)
	if err == nil && (len(rows) == 0 || rows[0].ID != current.ID) {
		return store.ErrRotating
	}
	return err
}

// reseal seals every secret of a column under a key.
func (r *Ring) reseal(ctx context.Context, column models.SealedColumn, current key) (count int, err error) {
	for {
		rows, err := r.cfg.Store.SealedByOthers(ctx, column, current.ID, resealBatch)
		if err != nil || len(rows) == 0 {
			return count, err
		}
		secrets := make([]sealed.Secret, len(rows))
		for i, row := range rows {
			plain, err := r.Open(ctx, row.Secret, row.SealedBy, column.Context(row.ID))
			if err == nil {
				secrets[i], err = current.Seal(plain, column.Context(row.ID))
			}
			if err != nil {
				return count, fmt.Errorf("the secret %s of %s cannot be opened, so the old keys stay: %w", row.ID, column.Table, err)
			}
		}
		err = r.cfg.Store.Tx(ctx, func(tx *store.Store) error {
			if err := stillCurrent(ctx, tx, current); err != nil {
				return err
			}
			for i, row := range rows {
				if err := tx.Reseal(ctx, column, row, secrets[i], current.ID); err != nil && !errors.Is(err, store.ErrStale) {
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

// lost makes nothing of having lost a race that any winner decides well.
func lost(err error) error {
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}
