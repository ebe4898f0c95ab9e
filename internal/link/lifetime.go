package link

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

const (
	day         = 24 * time.Hour
	longestDays = 3650 // more than any file stays; keeps the product far from overflow
)

// errLifetime says what a lifetime looks like.
var errLifetime = errors.New("a lifetime is a number with a unit, such as 1h, 24h or 7d")

// ParseLifetime reads how long a link works: a whole number of days such as
// `7d`, or a duration as Go writes it, such as `1h` or `90m`.
func ParseLifetime(text string) (time.Duration, error) {
	text = strings.TrimSpace(text)
	if number, ok := strings.CutSuffix(text, "d"); ok {
		days, err := strconv.Atoi(number)
		if err != nil || days < 0 || days > longestDays {
			return 0, errLifetime
		}
		return time.Duration(days) * day, nil
	}
	lifetime, err := time.ParseDuration(text)
	if err != nil {
		return 0, errLifetime
	}
	return lifetime, nil
}
