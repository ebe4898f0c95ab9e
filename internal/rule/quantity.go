package rule

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

var (
	errSize   = errors.New("write a size such as 500, 10 MB or 2 GiB")
	errStored = errors.New("write a date such as 2026-09-20, or an instant such as 2026-09-20T14:00:00Z")
	errNumber = errors.New("write a number such as 60 or 2.5")
)

// sizeUnits are the SI units of 1000 and the IEC 80000-13 units of 1024.
var sizeUnits = map[string]int64{
	"": 1, "b": 1, "byte": 1, "bytes": 1,
	"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

// ParseSize reads a size in bytes: digits with at most one decimal point,
// then a unit or none. A fraction of a byte is refused.
func ParseSize(s string) (int64, error) {
	s = strings.TrimSpace(s)
	end := len(s) - len(strings.TrimLeft(s, "0123456789."))
	number, unit := s[:end], strings.ToLower(strings.TrimSpace(s[end:]))
	factor, known := sizeUnits[unit]
	// 32 characters hold every int64 with room for decimals; the bound keeps
	// the exact arithmetic below small.
	if !known || number == "" || len(number) > 32 || strings.Trim(number, ".") != number {
		return 0, errSize
	}
	exact, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, errSize
	}
	exact.Mul(exact, new(big.Rat).SetInt64(factor))
	if !exact.IsInt() || !exact.Num().IsInt64() {
		return 0, errSize
	}
	return exact.Num().Int64(), nil
}

// ParseStored reads what a stored date is held against: the first instant
// that it means, and the first one after it. A date means the whole day in
// UTC; an RFC 3339 instant means itself.
func ParseStored(s string) (from, until time.Time, err error) {
	s = strings.TrimSpace(s)
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return day, day.AddDate(0, 0, 1), nil
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, time.Time{}, errStored
	}
	return at.UTC(), at.UTC().Add(1), nil
}

// parseNumber reads a plain decimal number: sign, digits, one point. It
// allocates nothing, since files' attributes go through it.
func parseNumber(s string) (float64, bool) {
	if s == "" || len(s) > 32 {
		return 0, false
	}
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			digits++
		case c == '.' && strings.IndexByte(s[i+1:], '.') < 0:
		case (c == '-' || c == '+') && i == 0:
		default:
			return 0, false
		}
	}
	if digits == 0 {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && !math.IsInf(n, 0)
}
