package handlers

import (
	"io"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/path"
	"seaportal/internal/usage"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// Usage is what files in SEA hold and what that costs.
type Usage struct {
	frame
	usage *usage.Service
}

// Unit shows the usage of one unit, by rule.
func (h *Usage) Unit(c echo.Context) error {
	ctx, unit, shown := ofUnit(c)
	report, err := h.usage.Report(ctx, unit, c.QueryParam("period"))
	if err != nil {
		return err
	}
	rules, err := h.usage.RulesOf(ctx, unit)
	if err != nil {
		return err
	}
	in := usageProps(report)
	in.Unit = &shown
	for _, line := range report.Lines {
		row, known := usageLine(report, line.Use, line.Unfetched), rules[line.RuleID]
		row.Name, row.Deleted, row.Href = known.Name, known.Deleted, path.Rule(unit.Slug, line.RuleID)
		in.Lines = append(in.Lines, row)
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.Usage(p, in) })
}

// List shows the usage of every unit, by unit.
func (h *Usage) List(c echo.Context) error {
	report, err := h.usage.ReportAll(c.Request().Context(), c.QueryParam("period"))
	if err != nil {
		return err
	}
	in := usageProps(report)
	for _, line := range report.Lines {
		row := usageLine(report, line.Use, line.Unfetched)
		row.Name, row.Href = line.Unit.Name, path.Over(path.Usage(line.Unit.Slug), report.Period.Name)
		in.Lines = append(in.Lines, row)
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.Usage(p, in) })
}

// ExportUnit sends the usage of one unit as CSV.
func (h *Usage) ExportUnit(c echo.Context) error {
	_, unit, _ := ofUnit(c)
	return h.export(c, &unit, "usage-"+unit.Slug)
}

// Export sends the usage of every unit as CSV.
func (h *Usage) Export(c echo.Context) error { return h.export(c, nil, "usage") }

func (h *Usage) export(c echo.Context, unit *models.BusinessUnit, name string) error {
	period := usage.PeriodOf(c.QueryParam("period"), h.usage.Today())
	file := strings.Join([]string{name, period.From.String(), period.To.String()}, "-") + ".csv"
	return attach(c, "text/csv; charset=utf-8; header=present", file, func(w io.Writer) error {
		return h.usage.Export(c.Request().Context(), w, unit, period)
	})
}
