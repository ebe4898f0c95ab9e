package account

import (
	"container/list"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"seaportal/internal/fault"
)

// Failed attempts that are free, and how long it takes to earn the next. Only
// failures count: who knows the password is never slowed by signing in often.
// One address that guesses at one e-mail earns attempts no faster than that
// e-mail does, and has fewer for free: alone it locks nobody else out. A proxy
// in front makes all people one address, hence its wider limit.
const (
	pairBurst    = 8
	emailBurst   = 3 * pairBurst
	emailEvery   = 10 * time.Second // of a pair too
	addressBurst = 30
	addressEvery = 2 * time.Second
	// kept bounds each table: the least recently used entry goes first.
	kept = 10_000
	// Failures beyond this pace are counted by the limits but written to the
	// history no more, so that nobody can fill the disk from outside.
	rowBurst = 200
	rowEvery = 5 * time.Second
)

// Limited is the cause of a TooMany fault: how long to wait.
type Limited struct{ After time.Duration }

// Error gives the text for the log.
func (l *Limited) Error() string { return fmt.Sprintf("sign-in limited for %s", l.After) }

// attempts remembers failed sign-ins by e-mail, by address, and by both.
type attempts struct {
	pairs, emails, addresses *limiters
	rows                     *rate.Limiter
}

func newAttempts() *attempts {
	return &attempts{
		pairs:     newLimiters(pairBurst, emailEvery),
		emails:    newLimiters(emailBurst, emailEvery),
		addresses: newLimiters(addressBurst, addressEvery),
		rows:      rate.NewLimiter(rate.Every(rowEvery), rowBurst),
	}
}

// allow returns fault.TooMany when e-mail or address has failed too often.
func (a *attempts) allow(email, address string, now time.Time) error {
	from := network(address)
	wait := max(a.pairs.wait(pair(email, from), now), a.emails.wait(email, now), a.addresses.wait(from, now))
	if wait <= 0 {
		return nil
	}
	seconds := int64((wait + time.Second - 1) / time.Second)
	return fault.Wrap(fault.TooMany, &Limited{After: wait},
		fmt.Sprintf("Too many attempts. Try again in %s.", plural(seconds)))
}

func plural(seconds int64) string {
	if seconds == 1 {
		return "1 second"
	}
	return fmt.Sprintf("%d seconds", seconds)
}

func (a *attempts) failed(email, address string, now time.Time) {
	from := network(address)
	a.pairs.take(pair(email, from), now)
	a.emails.take(email, now)
	a.addresses.take(from, now)
}

// pair is the key of an e-mail and a network. No network holds a space.
func pair(email, from string) string { return from + " " + email }

// network is what one person can hardly leave: an IPv4 address, the /64 of an
// IPv6 one.
func network(address string) string {
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

// limiters is a bounded table of token buckets.
type limiters struct {
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

func newLimiters(burst int, every time.Duration) *limiters {
	return &limiters{burst: burst, every: every, byKey: map[string]*list.Element{}, recent: list.New()}
}

// wait tells how long until another attempt is allowed; a key without failures
// takes no room.
func (l *limiters) wait(key string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok := l.byKey[key]
	if !ok {
		return 0
	}
	tokens := found.Value.(*bucket).limiter.TokensAt(now) //nolint:errcheck // the list holds buckets only
	return time.Duration((1 - tokens) * float64(l.every))
}

func (l *limiters) take(key string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok := l.byKey[key]
	if !ok {
		if l.recent.Len() >= kept {
			oldest := l.recent.Back()
			delete(l.byKey, l.recent.Remove(oldest).(*bucket).key) //nolint:errcheck // the list holds buckets only
		}
		found = l.recent.PushFront(&bucket{key: key, limiter: rate.NewLimiter(rate.Every(l.every), l.burst)})
		l.byKey[key] = found
	}
	l.recent.MoveToFront(found)
	found.Value.(*bucket).limiter.AllowN(now, 1) //nolint:errcheck // the list holds buckets only
}
