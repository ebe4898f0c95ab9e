package usage

import (
	"fmt"
	"time"
)

const (
	daySeconds = 86_400
	dayLayout  = "2006-01-02"
)

// Day is a date in UTC: the days since 1 January 1970.
type Day int64

// DayOf is the day in which an instant lies.
func DayOf(t time.Time) Day {
	seconds := t.Unix()
	day := seconds / daySeconds
	if seconds%daySeconds < 0 {
		day--
	}
	return Day(day)
}

// ParseDay reads a date such as 2026-11-23.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(dayLayout, text)
	if err != nil {
		return 0, fmt.Errorf("read the date %q: %w", text, err)
	}
	return DayOf(t), nil
}

// Start is the day's midnight.
func (d Day) Start() time.Time { return time.Unix(int64(d)*daySeconds, 0).UTC() }

// String writes the date as 2006-01-02.
func (d Day) String() string { return d.Start().Format(dayLayout) }

// MonthStart is the first day of the day's month.
func (d Day) MonthStart() Day {
	year, month, _ := d.Start().Date()
	return DayOf(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC))
}

// MonthEnd is the first day of the month after the day's.
func (d Day) MonthEnd() Day {
	year, month, _ := d.Start().Date()
	return DayOf(time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC))
}

// MonthDays is how many days the day's month has.
func (d Day) MonthDays() int { return int(d.MonthEnd() - d.MonthStart()) }
