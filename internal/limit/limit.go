// Package limit owns how often somebody may fail: token buckets by any key, in
// memory, of a bounded number. Only failures take from a bucket, so that who
// knows the secret is never slowed. It refuses to know what is tried, or by
// whom: a key is a text.
package limit

import (
	"container/list"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"seaportal/internal/fault"
)

// kept bounds each table: the least recently used entry goes first.
const kept = 10_000

// Reached is the cause of a TooMany fault: how long to wait.
type Reached struct{ After time.Duration }

// Error gives the text for the log.
func (r *Reached) Error() string { return fmt.Sprintf("limited for %s", r.After) }

// Seconds is how long to wait in whole seconds, rounded up, as Retry-After says it.
func (r *Reached) Seconds() int64 { return int64((r.After + time.Second - 1) / time.Second) }

// Refuse gives fault.TooMany, caused by *Reached, for a wait; nil for none.
func Refuse(wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	reached, unit := &Reached{After: wait}, "seconds"
	if reached.Seconds() == 1 {
		unit = "second"
	}
	return fault.Wrap(fault.TooMany, reached, fmt.Sprintf("Too many attempts. Try again in %d %s.", reached.Seconds(), unit))
}

// Network is what one person can hardly leave: an IPv4 address, the /64 of an
// IPv6 one. What is no address stays as it is.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, _ := ip.Prefix(64) // 64 bits fit every IPv6 address
	return prefix.String()
}

// Table is a bounded table of token buckets. It is safe for concurrent use.
type Table struct {
	burst int
	every time.Duration

	mu     sync.Mutex
	byKey  map[string]*list.Element
	recent *list.List // of *bucket, most recently used first
}

type bucket struct {
	key     string
	limiter *rate.Limiter
}

// NewTable makes a table: burst failures are free, and every gives another one
// back.
func NewTable(burst int, every time.Duration) *Table {
	return &Table{burst: burst, every: every, byKey: map[string]*list.Element{}, recent: list.New()}
}

// Wait tells how long until another attempt is allowed; a key without failures
// takes no room.
func (t *Table) Wait(key string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.byKey[key]
	if !ok {
		return 0
	}
	tokens := found.Value.(*bucket).limiter.TokensAt(now) //nolint:errcheck // the list holds buckets only
	return time.Duration((1 - tokens) * float64(t.every))
}

// Take counts a failure.
func (t *Table) Take(key string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.byKey[key]
	if !ok {
		if t.recent.Len() >= kept {
			oldest := t.recent.Back()
			delete(t.byKey, t.recent.Remove(oldest).(*bucket).key) //nolint:errcheck // the list holds buckets only
		}
		found = t.recent.PushFront(&bucket{key: key, limiter: rate.NewLimiter(rate.Every(t.every), t.burst)})
		t.byKey[key] = found
	}
	t.recent.MoveToFront(found)
	found.Value.(*bucket).limiter.AllowN(now, 1) //nolint:errcheck // the list holds buckets only
}
