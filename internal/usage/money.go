package usage

import (
	"math/big"
	"strings"
)

// Money is an amount in whole minor units of a currency: cents, where it has
// two decimals.
type Money struct {
	Currency string
	Minor    *big.Int
	// Trace says that the exact amount is above zero and rounds to nothing.
	Trace bool
}

// Micros makes money of millionths of the currency.
func Micros(currency string, micros int64) Money {
	return rounded(currency, big.NewRat(micros, 1_000_000))
}

// Least is the smallest amount of the same currency.
func (m Money) Least() Money { return Money{Currency: m.Currency, Minor: big.NewInt(1)} }

// Decimal writes the amount with the currency's decimals: 1234.50.
func (m Money) Decimal() string {
	digits := minorDigits(m.Currency)
	text := m.Minor.String()
	if digits == 0 {
		return text
	}
	if short := digits + 1 - len(text); short > 0 {
		text = strings.Repeat("0", short) + text
	}
	return text[:len(text)-digits] + "." + text[len(text)-digits:]
}

// rounded makes money of an exact amount: half a minor unit goes to the even
// neighbour, so that many lines do not drift to one side.
func rounded(currency string, exact *big.Rat) Money {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(minorDigits(currency))), nil)
	minor := new(big.Rat).Mul(exact, new(big.Rat).SetInt(scale))
	whole := halfEven(minor)
	return Money{Currency: currency, Minor: whole, Trace: exact.Sign() > 0 && whole.Sign() == 0}
}

// halfEven rounds a number that is not negative.
func halfEven(x *big.Rat) *big.Int {
	whole, rest := new(big.Int).QuoRem(x.Num(), x.Denom(), new(big.Int))
	switch twice := rest.Lsh(rest, 1).Cmp(x.Denom()); {
	case twice > 0, twice == 0 && whole.Bit(0) == 1:
		whole.Add(whole, big.NewInt(1))
	}
	return whole
}
