// Package clock owns the time that the life cycle goes by. Signatures,
// sessions and leases use real time and never this package's offset.
package clock

import "time"

// Clock tells the time in UTC, cut to microseconds: what every supported
// database keeps.
type Clock struct {
	offset time.Duration
}

// Real is the clock of the machine.
var Real = Clock{}

// Shifted is the machine's clock moved by offset. It exists for trials: the
// System page warns of it.
func Shifted(offset time.Duration) Clock { return Clock{offset: offset} }

// Now gives the time.
func (c Clock) Now() time.Time {
	return time.Now().Add(c.offset).UTC().Truncate(time.Microsecond)
}

// Offset tells by how much the clock is shifted; zero for the real one.
func (c Clock) Offset() time.Duration { return c.offset }
