package handlers

import (
	"io"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/path"
	"seaportal/internal/receipt"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Unfetched is the files that are deleted soon and that nobody has fetched.
type Unfetched struct {
	frame
	receipts *receipt.Service
}

// List shows those of every unit.
func (h *Unfetched) List(c echo.Context) error {
	return h.list(c, nil, views.UnfetchedProps{Report: path.AllUnfetched(), Export: path.AllUnfetchedExport()})
}

// Unit shows those of one unit.
func (h *Unfetched) Unit(c echo.Context) error {
	_, unit, shown := ofUnit(c)
	return h.list(c, &unit, views.UnfetchedProps{
		Unit: &shown, Report: path.Unfetched(unit.Slug), Export: path.UnfetchedExport(unit.Slug),
	})
}

func (h *Unfetched) list(c echo.Context, unit *models.BusinessUnit, in views.UnfetchedProps) error {
	in.Days = receipt.DaysOf(c.QueryParam("days"))
	from := c.QueryParam("from")
	page, err := h.receipts.Unfetched(c.Request().Context(), unit, in.Days, from)
	if err != nil {
		return err
	}
	in.Files, in.Bytes = page.Files, page.Bytes
	for _, row := range page.Rows {
		in.Rows = append(in.Rows, views.UnfetchedRow{
			ID: row.ID, Key: row.Key, Slug: row.Unit.Slug, UnitName: row.Unit.Name, RuleID: row.RuleID, Rule: row.Rule,
			Size: row.Size, Placed: when(row.PlacedAt), Expires: when(row.ExpiresAt),
		})
	}
	if from != "" {
		in.Start = path.Within(in.Report, in.Days, "")
	}
	if page.Next != "" {
		in.Next = path.Within(in.Report, in.Days, page.Next)
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.Unfetched(p, in) })
}

// ExportUnit sends the report of one unit as CSV.
func (h *Unfetched) ExportUnit(c echo.Context) error {
	_, unit, _ := ofUnit(c)
	return h.export(c, &unit, "unfetched-"+unit.Slug)
}

// Export sends the report of every unit as CSV.
func (h *Unfetched) Export(c echo.Context) error { return h.export(c, nil, "unfetched") }

func (h *Unfetched) export(c echo.Context, unit *models.BusinessUnit, name string) error {
	days := receipt.DaysOf(c.QueryParam("days"))
	return attach(c, "text/csv; charset=utf-8; header=present", name+".csv", func(w io.Writer) error {
		return h.receipts.Export(c.Request().Context(), w, unit, days)
	})
}
