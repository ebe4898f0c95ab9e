package usage

// Period is a span of days, both ends included. Its last day is today.
type Period struct {
	Name     string // as in the URL: 7d, 30d, 90d or month
	From, To Day
}

// defaultPeriod is what a report shows unless it is asked otherwise.
const defaultPeriod = "30d"

// PeriodOf reads a period's name; one that is not known is thirty days.
func PeriodOf(name string, today Day) Period {
	switch name {
	case "7d":
		return Period{Name: name, From: today - 6, To: today}
	case "90d":
		return Period{Name: name, From: today - 89, To: today}
	case "month":
		return Period{Name: name, From: today.MonthStart(), To: today}
	}
	return Period{Name: defaultPeriod, From: today - 29, To: today}
}
