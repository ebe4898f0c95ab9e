package embedded

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"seaportal/internal/store"
	"seaportal/models"
)

const (
	// addressInterval is how often what is known of addresses is written.
	addressInterval = time.Minute
	// newsInterval is how soon an address is written that was not seen in this
	// minute: screens tell of a first request at once. It bounds what somebody
	// costs who comes from a new address each time.
	newsInterval = time.Second
	// maxPendingAddresses bounds the memory between two writings. What exceeds
	// it is not counted.
	maxPendingAddresses = 10_000
)

// keyAddress is a key and where it was used.
type keyAddress struct{ keyID, address string }

// keyAddresses counts what each key does from each address. It is kept in memory
// and added to the database once a minute, news within a second; a crash loses
// what is younger.
type keyAddresses struct {
	db      *store.Store
	mu      sync.Mutex
	pending map[keyAddress]models.IAMKeyAddress
	written map[keyAddress]bool // in this minute: no news
	news    chan struct{}
}

func newKeyAddresses(db *store.Store) *keyAddresses {
	return &keyAddresses{
		db: db, pending: map[keyAddress]models.IAMKeyAddress{}, written: map[keyAddress]bool{}, news: make(chan struct{}, 1),
	}
}

// record counts one request. It costs no query.
func (k *keyAddresses) record(keyID, address string, at time.Time, refused bool) {
	pair := keyAddress{keyID, address}
	k.mu.Lock()
	defer k.mu.Unlock()
	seen, known := k.pending[pair]
	if !known {
		if len(k.pending) >= maxPendingAddresses {
			return
		}
		seen = models.IAMKeyAddress{KeyID: keyID, Address: address, FirstAt: at}
		if !k.written[pair] {
			select {
			case k.news <- struct{}{}:
			default: // is told already
			}
		}
	}
	seen.LastAt = at
	seen.Requests++
	if refused {
		seen.Refused++
	} else {
		seen.UsedAt = &at
	}
	k.pending[pair] = seen
}

// run writes until ctx ends, and then once more.
func (k *keyAddresses) run(ctx context.Context, log *slog.Logger) {
	minute := time.NewTicker(addressInterval)
	defer minute.Stop()
	rest := time.NewTicker(newsInterval)
	defer rest.Stop()
	for ended := false; !ended; {
		select {
		case <-minute.C:
			k.forgetWritten()
		case <-k.news:
			select { // no sooner than the next tick of a second
			case <-rest.C:
			case <-ctx.Done():
			}
		case <-ctx.Done():
			ended = true
		}
		if err := k.write(context.WithoutCancel(ctx)); err != nil {
			log.WarnContext(ctx, "the addresses of access keys were not written", "error", err)
		}
	}
}

func (k *keyAddresses) forgetWritten() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.written)
}

// write adds what is pending to the database. What fails is added the next time.
func (k *keyAddresses) write(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, usageTimeout)
	defer cancel()
	k.mu.Lock()
	taken := k.pending
	k.pending = map[keyAddress]models.IAMKeyAddress{}
	k.mu.Unlock()
	rows := make([]models.IAMKeyAddress, 0, len(taken))
	for _, row := range taken {
		rows = append(rows, row)
	}
	err := k.db.AddKeyAddresses(ctx, rows)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil {
		k.takeBack(taken)
		return err
	}
	for pair := range taken {
		if len(k.written) < maxPendingAddresses {
			k.written[pair] = true
		}
	}
	return nil
}

// takeBack puts rows that were not written before what came since.
func (k *keyAddresses) takeBack(rows map[keyAddress]models.IAMKeyAddress) {
	for pair, row := range rows {
		if since, ok := k.pending[pair]; ok {
			row.LastAt = since.LastAt
			row.Requests += since.Requests
			row.Refused += since.Refused
			if since.UsedAt != nil {
				row.UsedAt = since.UsedAt
			}
		}
		k.pending[pair] = row
	}
}
