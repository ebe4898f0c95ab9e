package handlers

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/fault"
	"seaportal/internal/path"
	"seaportal/internal/usage"
	"seaportal/views"
	"seaportal/views/layout"
	"seaportal/views/ui"
)

// Rates is the portal's settings: the storage rates.
type Rates struct {
	frame
	usage *usage.Service
}

// Show lists the rates, with the form for another.
func (h *Rates) Show(c echo.Context) error {
	return h.form(c, http.StatusOK, views.PortalSettingsProps{})
}

// Create sets a rate.
func (h *Rates) Create(c echo.Context) error {
	in := views.PortalSettingsProps{Amount: c.FormValue("rate"), Currency: c.FormValue("currency"), From: c.FormValue("from")}
	err := h.usage.SetRate(c.Request().Context(), actor(c), usage.NewRate{Amount: in.Amount, Currency: in.Currency, From: in.From})
	if in.Errors = fault.Fields(err); in.Errors != nil {
		return h.form(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	return h.done(c, path.PortalSettings(), "The rate is set.")
}

// Withdraw takes back a rate that has not begun.
func (h *Rates) Withdraw(c echo.Context) error {
	rate, err := id(c)
	if err != nil {
		return err
	}
	if err := h.usage.WithdrawRate(c.Request().Context(), actor(c), rate); err != nil {
		return err
	}
	return h.done(c, path.PortalSettings(), "The planned rate is withdrawn.")
}

func (h *Rates) form(c echo.Context, status int, in views.PortalSettingsProps) error {
	book, err := h.usage.Rates(c.Request().Context())
	if err != nil {
		return err
	}
	today := h.usage.Today()
	in.Rates, in.Currencies = rateRows(book, today), usage.Currencies()
	if len(book) > 0 {
		in.Earliest = (today + 1).String()
	}
	if status == http.StatusOK { // what is likely: the same currency, from the next month on
		in.From = today.MonthEnd().String()
		if n := len(book); n > 0 {
			in.Currency = book[n-1].Currency
		} else {
			in.From = today.MonthStart().String()
		}
	}
	return h.show(c, status, func(p layout.Page) templ.Component { return views.PortalSettings(p, in) })
}

// rateRows are the rates, the newest first.
func rateRows(book usage.Book, today usage.Day) []views.RateRow {
	rows := make([]views.RateRow, len(book))
	current := book.At(today)
	for i, rate := range book {
		row := views.RateRow{
			ID: rate.ID, From: rate.From.Start().Format("2 Jan 2006"), Rate: ui.Money(rate.Currency, rate.Text),
			State: "past", CreatedAt: rate.CreatedAt, CreatedBy: rate.CreatedBy,
		}
		if i+1 < len(book) {
			row.Until = (book[i+1].From - 1).Start().Format("2 Jan 2006")
		}
		switch {
		case rate == current:
			row.State = "now"
		case rate.From > today:
			row.State = "planned"
		}
		rows[i] = row
	}
	slices.Reverse(rows)
	return rows
}
