package account

import (
	"time"

	"golang.org/x/time/rate"

	"seaportal/internal/limit"
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
	// Failures beyond this pace are counted by the limits but written to the
	// history no more, so that nobody can fill the disk from outside.
	rowBurst = 200
	rowEvery = 5 * time.Second
)

// attempts remembers failed sign-ins by e-mail, by address, and by both.
type attempts struct {
	pairs, emails, addresses *limit.Table
	rows                     *rate.Limiter
}

func newAttempts() *attempts {
	return &attempts{
		pairs:     limit.NewTable(pairBurst, emailEvery),
		emails:    limit.NewTable(emailBurst, emailEvery),
		addresses: limit.NewTable(addressBurst, addressEvery),
		rows:      rate.NewLimiter(rate.Every(rowEvery), rowBurst),
	}
}

// allow returns fault.TooMany when e-mail or address has failed too often.
func (a *attempts) allow(email, address string, now time.Time) error {
	from := limit.Network(address)
	return limit.Refuse(max(a.pairs.Wait(pair(email, from), now), a.emails.Wait(email, now), a.addresses.Wait(from, now)))
}

func (a *attempts) failed(email, address string, now time.Time) {
	from := limit.Network(address)
	a.pairs.Take(pair(email, from), now)
	a.emails.Take(email, now)
	a.addresses.Take(from, now)
}

// pair is the key of an e-mail and a network. No network holds a space.
func pair(email, from string) string { return from + " " + email }
