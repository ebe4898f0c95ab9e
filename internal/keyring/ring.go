// Package keyring owns the keys that the secrets in the database are sealed
// under. Sealing keys lie in the database, each wrapped by the master key, which
// never does: it is a file in the data directory, a variable of the environment,
// or a key of AWS KMS. So the master key can be replaced, and with it every
// sealing key, while portals serve: see Rotate.
package keyring

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"seaportal/internal/sealed"
	"seaportal/internal/store"
	"seaportal/models"
)

const (
	// look is how often a ring looks for a rotation by another process.
	look = time.Second
	// goneFor is how long a key that was deleted stays in memory: a secret that was
	// read before may come to be opened now.
	goneFor = 10 * time.Second
	// looks is how often the keys are read when they change meanwhile.
	looks = 5
)

// Config says where the keys are.
type Config struct {
	Store *store.Store
	// Dir has the file master.key, or gets it.
	Dir string
	// Master names the master keys, see masters; empty for the file.
	Master sealed.Plain
}

// Ring seals and opens what is in the database. Everybody may use it at once.
type Ring struct {
	cfg  Config
	turn sync.Mutex // of who reads the keys
	held atomic.Pointer[held]
}

// held are the keys in memory.
type held struct {
	current key            // without a Key, where the one that seals now cannot be opened
	stored  map[string]key // in the database, by id
	rows    int            // how many are there, opened or not
	err     error          // why one of them cannot be opened
	gone    map[string]key // deleted from there, not long ago
	goneAt  time.Time
}

// key is a sealing key, ready for use.
type key struct {
	*sealed.Key
	models.SealingKey
}

// New opens the sealing keys, and makes the first one where there is none. Its
// error is one line for the operator, when the master key is not the one that
// they were wrapped by.
func New(ctx context.Context, cfg Config) (*Ring, error) {
	r := &Ring{cfg: cfg}
	err := r.refresh(ctx)
	if errors.Is(err, errNone) {
		if err = r.begin(ctx); err == nil {
			err = r.refresh(ctx)
		}
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// begin makes the first sealing key. Of two processes that begin at once, one
// wins.
func (r *Ring) begin(ctx context.Context) error {
	masters, err := r.cfg.masters(ctx, true)
	if err != nil {
		return err
	}
	first, err := masters[0].newKey(ctx)
	if err != nil {
		return err
	}
	return lost(r.cfg.Store.InsertSealingKey(ctx, first))
}

// Seal encrypts a secret for one context, and names the sealing key, which is to
// be stored beside it. Should a rotation end before it is stored, storing fails
// and changes nothing; try again.
func (r *Ring) Seal(ctx context.Context, plain sealed.Plain, context string) (sealed.Secret, string, error) {
	if err := r.refresh(ctx); err != nil {
		return sealed.Secret{}, "", fmt.Errorf("find the sealing key: %w", err)
	}
	current := r.held.Load().current
	secret, err := current.Seal(plain, context)
	return secret, current.ID, err
}

// Open decrypts a secret that was sealed under the key by. It returns
// sealed.ErrOpen when key, context or bytes are not the ones it was sealed with.
func (r *Ring) Open(ctx context.Context, secret sealed.Secret, by, context string) (sealed.Plain, error) {
	found, ok := r.held.Load().key(by)
	if !ok {
		if err := r.refresh(ctx); err != nil {
			return sealed.Plain{}, err
		}
		if found, ok = r.held.Load().key(by); !ok {
			return sealed.Plain{}, fmt.Errorf("sealing key %q: %w", by, sealed.ErrOpen)
		}
	}
	return found.Open(secret, context)
}

// Current gives the key that seals, and its id, for what is to be another after
// each rotation. The key is nil where it cannot be opened: then what came from
// the one before is worth nothing.
func (r *Ring) Current() (id string, sealing *sealed.Key) {
	current := r.held.Load().current
	return current.ID, current.Key
}

// State tells how the keys are doing.
type State struct {
	Master   string // the name of the master key that wraps; empty: it seals by itself, as in earlier versions
	Since    time.Time
	Rotating bool  // a rotation has begun and not come to its end
	Err      error // why a key in the database cannot be opened
}

// State gives the state as it was at the last look.
func (r *Ring) State() State {
	h := r.held.Load()
	return State{Master: h.current.Master, Since: h.current.CreatedAt, Rotating: h.rows > 1, Err: h.err}
}

// Follow notices within a second that another process has rotated the keys,
// until ctx ends.
func (r *Ring) Follow(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	var failed bool
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := r.refresh(ctx)
		if err != nil && !failed && ctx.Err() == nil {
			log.ErrorContext(ctx, "cannot look for new sealing keys: what is sealed under one cannot be opened", slog.Any("error", err))
		}
		failed = err != nil
	}
}

// errNone says that there is no sealing key yet.
var errNone = errors.New("the database has no sealing key")

// refresh reads the keys from the database, and unwraps those that are new. One
// that cannot be unwrapped is an error, and the rest is known.
func (r *Ring) refresh(ctx context.Context) error {
	r.turn.Lock()
	defer r.turn.Unlock()
	rows, err := r.cfg.Store.SealingKeys(ctx)
	if err != nil {
		return err
	}
	now := r.open(ctx, rows)
	for try := 1; now.err != nil && try < looks; try++ {
		// A rotation may have ended between the look at the rows and the one at the file.
		again, err := r.cfg.Store.SealingKeys(ctx)
		if err != nil {
			return err
		}
		if sameKeys(rows, again) {
			break
		}
		rows, now = again, r.open(ctx, again)
	}
	if len(rows) == 0 {
		return errNone
	}
	r.held.Store(now)
	return now.err
}

func sameKeys(a, b []models.SealingKey) bool {
	return slices.EqualFunc(a, b, func(a, b models.SealingKey) bool { return a.ID == b.ID && a.Current == b.Current })
}

func (r *Ring) open(ctx context.Context, rows []models.SealingKey) *held {
	before := r.held.Load()
	if before == nil {
		before = &held{}
	}
	now := &held{stored: make(map[string]key, len(rows)), rows: len(rows)}
	for _, row := range rows {
		opened := key{Key: before.stored[row.ID].Key, SealingKey: row}
		if opened.Key == nil {
			var err error
			if opened.Key, err = r.cfg.unwrap(ctx, row); err != nil {
				now.err = err
			}
		}
		if opened.Key != nil {
			now.stored[row.ID] = opened
		}
		if row.Current {
			now.current = opened
		}
	}
	now.remember(before)
	return now
}

// remember keeps for a while what was deleted since.
func (h *held) remember(before *held) {
	for id, old := range before.stored {
		if _, ok := h.stored[id]; !ok {
			if h.gone == nil {
				h.gone, h.goneAt = map[string]key{}, time.Now()
			}
			h.gone[id] = old
		}
	}
	if h.gone == nil && time.Since(before.goneAt) < goneFor {
		h.gone, h.goneAt = before.gone, before.goneAt
	}
}

func (h *held) key(id string) (key, bool) {
	found, ok := h.stored[id]
	if !ok {
		found, ok = h.gone[id]
	}
	return found, ok
}
