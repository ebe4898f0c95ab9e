package rulebook

// Rate is the price of active storage. The zero Rate says that none is set.
type Rate struct {
	// Micros is the price in millionths of the currency for one gigabyte of
	// 10^9 bytes that is kept for 30 days.
	Micros   int64
	Currency string // ISO 4217, such as EUR
}

// Set tells whether there is a rate.
func (r Rate) Set() bool { return r.Currency != "" }

// Charge is what so many bytes cost for so many days, in millionths of the
// currency. It is an estimate: what was really used is metered to the second.
func (r Rate) Charge(bytes int64, days int) int64 {
	return int64(float64(bytes) / 1e9 * float64(days) / 30 * float64(r.Micros))
}
