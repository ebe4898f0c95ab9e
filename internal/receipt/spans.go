package receipt

import "slices"

// span is the bytes from one until before another.
type span struct{ from, until int64 }

// mostSpans bounds how scattered the ranges of one receipt may be. Clients that
// fetch in parallel leave as many gaps as they have requests in flight.
const mostSpans = 256

// spans is which bytes were handed over: in order, never touching each other.
type spans []span

// add joins a range. A range for which there is no room is left out, so that
// spans may cover less than was sent and never more.
func (s spans) add(from, until int64) spans {
	if until <= from {
		return s
	}
	// Those between first and after touch the range.
	first, _ := slices.BinarySearchFunc(s, from, func(at span, from int64) int { return compare(at.until, from) })
	after := first
	for after < len(s) && s[after].from <= until {
		from, until = min(from, s[after].from), max(until, s[after].until)
		after++
	}
	if first == after && len(s) >= mostSpans {
		return s
	}
	return slices.Replace(s, first, after, span{from, until})
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// whole tells whether all of size bytes are covered.
func (s spans) whole(size int64) bool { return len(s) == 1 && s[0].from <= 0 && s[0].until >= size }
