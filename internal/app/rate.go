package app

import (
	"context"
	"math/big"

	"seaportal/internal/rulebook"
)

// previewDays is for how long a preview tells the charge: as long as a file
// stays in SEA.
const previewDays = 30

// rate is today's rate as previews reckon with it; the zero rate where none is
// set.
func (o *operations) rate(ctx context.Context) (rulebook.Rate, error) {
	book, err := o.usage.Rates(ctx)
	if err != nil {
		return rulebook.Rate{}, err
	}
	today := o.usage.Today()
	rate := book.At(today)
	if rate == nil {
		return rulebook.Rate{}, nil
	}
	micros := new(big.Rat).Mul(rate.Amount, big.NewRat(previewDays*1_000_000, int64(today.MonthDays())))
	return rulebook.Rate{
		Micros: new(big.Int).Quo(micros.Num(), micros.Denom()).Int64(), Currency: rate.Currency,
	}, nil
}
