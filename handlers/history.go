package handlers

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seaportal/internal/businessunit"
	"seaportal/internal/history"
	"seaportal/internal/path"
	"seaportal/models"
	"seaportal/views"
	"seaportal/views/layout"
)

// History is the audit log.
type History struct {
	frame
	history *history.Log
	units   *businessunit.Service
}

// List shows what happened everywhere.
func (h *History) List(c echo.Context) error { return h.list(c, 0, nil) }

// Unit shows what happened in one unit.
func (h *History) Unit(c echo.Context) error {
	_, unit, shown := ofUnit(c)
	return h.list(c, unit.ID, &shown)
}

func (h *History) list(c echo.Context, unitID int64, shown *layout.Unit) error {
	ctx := c.Request().Context()
	query := history.Query{UnitID: unitID}
	query.After, _ = number(c.QueryParam("after"))
	query.Before, _ = number(c.QueryParam("before"))
	page, err := h.history.Page(ctx, query)
	if err != nil {
		return err
	}
	units, err := h.units.List(ctx)
	if err != nil {
		return err
	}
	slugs := make(map[int64]string, len(units))
	for _, unit := range units {
		slugs[unit.ID] = unit.Slug
	}
	in := views.HistoryListProps{Unit: shown, Events: make([]views.Event, len(page.Rows))}
	for i, row := range page.Rows {
		in.Events[i] = event(row, slugs[row.UnitID])
	}
	if n := len(page.Rows); n > 0 {
		in.Newer = beside(c, page.Newer, "before", page.Rows[0].ID)
		in.Older = beside(c, page.Older, "after", page.Rows[n-1].ID)
	}
	return h.show(c, http.StatusOK, func(p layout.Page) templ.Component { return views.HistoryList(p, in) })
}

func event(row models.History, slug string) views.Event {
	return views.Event{
		ID: row.ID, At: row.At, Actor: row.ActorName, Text: row.Summary, Address: row.Address, Unit: slug,
		Href: object(row, slug), Failed: failed(row),
	}
}

// failed tells whether a row is about something that was tried in vain.
func failed(row models.History) bool {
	return strings.HasSuffix(row.Action, "failed") || strings.HasSuffix(row.Action, "refused")
}

// object is the page of what a row is about.
func object(row models.History, slug string) string {
	if slug == "" {
		return ""
	}
	switch row.ObjectKind {
	case "business_unit":
		return path.BusinessUnit(slug)
	case "credential":
		return path.Credentials(slug)
	case "rule":
		return path.Rule(slug, row.ObjectID)
	case "placement":
		return path.File(slug, row.ObjectID)
	case "file":
		return path.CatalogueFile(slug, row.ObjectID)
	case "link":
		return path.Link(slug, row.ObjectID)
	}
	return ""
}
