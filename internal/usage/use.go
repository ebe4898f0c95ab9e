package usage

import (
	"cmp"
	"math/big"
	"slices"
)

// GB is what is charged for: 10^9 bytes.
const GB = 1_000_000_000

// Use is what files held in a span of time, with the prices that were in force.
// Its zero value is nothing held. Files is how many files were in SEA at some
// moment of the span.
type Use struct {
	Files int64
	held  map[tariff]*big.Int // byte-seconds
}

// tariff is how a day is charged: the rate in force, nil where none is, and how
// many days its month has.
type tariff struct {
	rate *Rate
	days int
}

// add counts byte-seconds under a tariff.
func (u *Use) add(t tariff, held *big.Int) {
	if held.Sign() == 0 {
		return
	}
	if u.held == nil {
		u.held = map[tariff]*big.Int{}
	}
	if u.held[t] == nil {
		u.held[t] = new(big.Int)
	}
	u.held[t].Add(u.held[t], held)
}

// plus counts what another use held; files are counted by whoever knows which
// are the same.
func (u *Use) plus(other Use) {
	for t, held := range other.held {
		u.add(t, held)
	}
}

// ByteSeconds is the exact sum of size times seconds.
func (u Use) ByteSeconds() *big.Int {
	sum := new(big.Int)
	for _, held := range u.held {
		sum.Add(sum, held)
	}
	return sum
}

// GBDays is the same in GB-days, exactly.
func (u Use) GBDays() *big.Rat { return gbDays(u.ByteSeconds()) }

func gbDays(held *big.Int) *big.Rat { return new(big.Rat).SetFrac(held, product(GB, daySeconds)) }

// Charges is what the use costs, in each currency that was in force, by its
// code: the exact amounts are added up first and rounded once. It is empty where
// no rate was in force.
func (u Use) Charges() []Money {
	exact := map[string]*big.Rat{}
	for t, held := range u.held {
		if t.rate == nil {
			continue
		}
		if exact[t.rate.Currency] == nil {
			exact[t.rate.Currency] = new(big.Rat)
		}
		sum := exact[t.rate.Currency]
		sum.Add(sum, t.charge(held))
	}
	all := make([]Money, 0, len(exact))
	for currency, sum := range exact {
		all = append(all, rounded(currency, sum))
	}
	slices.SortFunc(all, func(a, b Money) int { return cmp.Compare(a.Currency, b.Currency) })
	return all
}

// charge is the formula: rate for a GB-month, times GB-days, divided by the days
// of the month.
func (t tariff) charge(held *big.Int) *big.Rat {
	charge := new(big.Rat).Mul(t.rate.Amount, gbDays(held))
	return charge.Quo(charge, new(big.Rat).SetInt64(int64(t.days)))
}

// Part is what was held under one rate in months of one length: one line of the
// sum that makes a charge. Rate is nil where none was in force.
type Part struct {
	Rate   *Rate
	Days   int
	GBDays *big.Rat
}

// Parts gives the lines of the sum, by the day from which their rate holds.
func (u Use) Parts() []Part {
	all := make([]Part, 0, len(u.held))
	for t, held := range u.held {
		all = append(all, Part{Rate: t.rate, Days: t.days, GBDays: gbDays(held)})
	}
	slices.SortFunc(all, func(a, b Part) int {
		return cmp.Or(cmp.Compare(a.Rate.from(), b.Rate.from()), cmp.Compare(a.Days, b.Days))
	})
	return all
}
