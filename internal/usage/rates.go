package usage

import (
	"context"
	"errors"
	"math/big"
	"regexp"
	"strings"
	"time"

	"seaportal/internal/fault"
	"seaportal/internal/history"
	"seaportal/internal/store"
	"seaportal/models"
)

// Rate is the price of one GB kept for one calendar month, from the beginning of
// a day on.
type Rate struct {
	ID        int64
	From      Day
	Amount    *big.Rat
	Text      string // the amount as it was set
	Currency  string
	CreatedAt time.Time
	CreatedBy string
}

// from orders rates; what no rate covers comes first.
func (r *Rate) from() Day {
	if r == nil {
		return -1 << 62
	}
	return r.From
}

// Nothing is no money at all, in the rate's currency.
func (r *Rate) Nothing() Money { return Money{Currency: r.Currency, Minor: new(big.Int)} }

// Book is every rate, in the order in which they begin.
type Book []*Rate

// At gives the rate that is in force on a day, nil where none is.
func (b Book) At(day Day) *Rate {
	var found *Rate
	for _, rate := range b {
		if rate.From <= day {
			found = rate
		}
	}
	return found
}

func (b Book) tariff(day Day) tariff { return tariff{rate: b.At(day), days: day.MonthDays()} }

// next is the first day after a day on which the price changes, or the limit.
func (b Book) next(day, limit Day) Day {
	for _, rate := range b {
		if rate.From > day {
			return min(rate.From, limit)
		}
	}
	return limit
}

// Rates gives the history of rates, planned ones included.
func (s *Service) Rates(ctx context.Context) (Book, error) {
	rows, err := s.Store.Rates(ctx)
	if err != nil {
		return nil, err
	}
	book := make(Book, len(rows))
	for i, row := range rows {
		from, err := ParseDay(row.FromDay)
		if err != nil {
			return nil, err
		}
		amount, ok := new(big.Rat).SetString(row.Amount)
		if !ok {
			return nil, errors.New("the rate from " + row.FromDay + " is no number: " + row.Amount)
		}
		book[i] = &Rate{
			ID: row.ID, From: from, Amount: amount, Text: row.Amount, Currency: row.Currency,
			CreatedAt: row.CreatedAt, CreatedBy: row.CreatedBy,
		}
	}
	return book, nil
}

// Today is the day that rates and reports go by.
func (s *Service) Today() Day { return DayOf(s.now()) }

// NewRate is a rate as it is asked for: Amount a decimal number, Currency a code
// of ISO 4217, From a date such as 2026-12-01.
type NewRate struct{ Amount, Currency, From string }

// amountForm bounds an amount so that it stays readable; ten decimals are more
// than any price list has.
var amountForm = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,10})?$`)

// SetRate plans a rate. The first may begin on any day, because nothing was
// charged before; each later one begins tomorrow or later, so that it never
// changes what a day that has begun costs. Administrators may call it. It returns
// fault.Invalid with the fields rate, currency and from.
func (s *Service) SetRate(ctx context.Context, by models.Actor, in NewRate) error {
	in.Amount, in.Currency = strings.TrimSpace(in.Amount), strings.ToUpper(strings.TrimSpace(in.Currency))
	in.From = strings.TrimSpace(in.From)
	return s.Store.Tx(ctx, func(tx *store.Store) error {
		known, err := tx.Rates(ctx)
		if err != nil {
			return err
		}
		if wrong := in.wrong(known, s.Today()); len(wrong) > 0 {
			return fault.BadInput(wrong...)
		}
		row := models.Rate{
			FromDay: in.From, Amount: in.Amount, Currency: in.Currency, CreatedAt: s.Clock.Now(), CreatedBy: by.Name,
		}
		if err := tx.CreateRate(ctx, &row); err != nil {
			return err
		}
		return history.Record(ctx, tx, history.Event{
			By: by, Action: "rate.set", ObjectKind: "rate", ObjectID: row.ID,
			Summary: "Set the storage rate to " + in.Amount + " " + in.Currency + " per GB-month from " + in.From,
			Details: map[string]any{"amount": in.Amount, "currency": in.Currency, "from": in.From},
		})
	})
}

func (in NewRate) wrong(known []models.Rate, today Day) []fault.Field {
	var wrong []fault.Field
	if !amountForm.MatchString(in.Amount) {
		wrong = append(wrong, fault.Field{Name: "rate", Msg: "Enter a number such as 0.023, with at most 10 decimals."})
	}
	if !knownCurrency(in.Currency) {
		wrong = append(wrong, fault.Field{Name: "currency", Msg: "Enter a code of ISO 4217, such as EUR."})
	}
	from, err := ParseDay(in.From)
	switch {
	case err != nil || from < 0 || from.Start().Year() > 9998:
		wrong = append(wrong, fault.Field{Name: "from", Msg: "Enter a date such as 2026-12-01."})
	case len(known) > 0 && from <= today:
		wrong = append(wrong, fault.Field{Name: "from", Msg: "Choose tomorrow or later: a new rate never changes a day that has begun."})
	default:
		for _, rate := range known {
			if rate.FromDay == in.From {
				wrong = append(wrong, fault.Field{Name: "from", Msg: "A rate begins on this day already. Withdraw it first."})
			}
		}
	}
	return wrong
}

// WithdrawRate takes back a rate that has not begun. Administrators may call it.
// It returns fault.NotFound for a rate that is not there, and fault.Conflict for
// one that is in force or was.
func (s *Service) WithdrawRate(ctx context.Context, by models.Actor, id int64) error {
	book, err := s.Rates(ctx)
	if err != nil {
		return err
	}
	for _, rate := range book {
		if rate.ID == id {
			return s.withdraw(ctx, by, rate)
		}
	}
	return fault.New(fault.NotFound, "This rate does not exist any more.")
}

func (s *Service) withdraw(ctx context.Context, by models.Actor, rate *Rate) error {
	return s.Store.Tx(ctx, func(tx *store.Store) error {
		err := tx.DeleteRate(ctx, rate.ID, s.Today().String())
		if errors.Is(err, store.ErrStale) {
			return fault.New(fault.Conflict, "This rate has begun: it stays in the history. Set another one from a later day.")
		}
		if err != nil {
			return err
		}
		return history.Record(ctx, tx, history.Event{
			By: by, Action: "rate.withdrawn", ObjectKind: "rate", ObjectID: rate.ID,
			Summary: "Withdrew the planned storage rate of " + rate.Text + " " + rate.Currency + " from " + rate.From.String(),
			Details: map[string]any{"amount": rate.Text, "currency": rate.Currency, "from": rate.From.String()},
		})
	})
}
